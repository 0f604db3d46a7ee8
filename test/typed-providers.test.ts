import { beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { athena, type AthenaOptions, type AthenaStartNative } from '../providers/athena/index.ts';
import { dataproc, type DataprocStartNative } from '../providers/dataproc/index.ts';
import type { emrEc2 } from '../providers/emr-ec2/index.ts';
import { type EmrEc2StartNative } from '../providers/emr-ec2/index.ts';
import { emrServerless, type EmrServerlessStartNative } from '../providers/emr-serverless/index.ts';
import { healthomics } from '../providers/healthomics/index.ts';
import { local } from '../providers/local/index.ts';
import { openBatches } from '../src/batches.ts';
import { openSessions, type ConfiguredProvider, type ProviderRequest, type Sessions } from '../src/index.ts';
import { BATCHES, createContainer, LOGGER, SESSIONS, TRACER } from '../src/container/index.ts';
import { RecordingLogger, RecordingTracer } from '../src/testing/recording.ts';
import { creations, plugin as counting } from './container/fixtures/counting-provider.ts';
import { failureOf } from './failure-of.ts';

const AWS = { region: 'eu-west-1' };
const sweet: ConfiguredProvider = { plugin: counting, options: { flavour: 'sweet' } };

/** Only compiled: what the compiler refuses here it refuses in every program. */
export const refusedByTheCompiler = [
  // @ts-expect-error -- a misspelled option
  () => athena({ reigon: 'eu-west-1', workgroup: 'spark' }),
  // @ts-expect-error -- a value of the wrong type
  () => athena({ region: 5 }),
  // @ts-expect-error -- a value that the option does not have
  () => athena({ engine: 'spark-4' }),
  // @ts-expect-error -- an option of another provider
  () => emrServerless({ workgroup: 'spark' }),
  // @ts-expect-error -- a misspelled option
  () => dataproc({ projekt: 'p' }),
  // @ts-expect-error -- a misspelled option
  () => healthomics({ reigon: 'eu-west-1' }),
  // @ts-expect-error -- a misspelled option
  () => local({ memory: '2GB' }),
  // @ts-expect-error -- a provider of run batches has no sessions
  () => openSessions({ provider: healthomics(AWS) }),
  // @ts-expect-error -- a provider of sessions has no run batches
  () => openBatches({ provider: local() }),
  // @ts-expect-error -- a provider and a config file
  () => openSessions({ provider: local(), config: 'anysession.config.yaml' }),
  // @ts-expect-error -- a provider by name belongs in a config
  () => openSessions({ provider: 'local' }),
  // @ts-expect-error -- the session block of a config file is written in the file
  () => openSessions({ config: 'anysession.config.yaml', session: {} }),
  // @ts-expect-error -- a misspelled option of openSessions
  () => openSessions({ provider: local(), enviroment: 'dev' }),
  // @ts-expect-error -- a provider and a config file
  () => createContainer({ provider: local(), config: 'anysession.config.yaml' }),
  // @ts-expect-error -- an option that does not exist in Athena's StartSession
  async () => (await openSessions({ provider: athena() })).start({ native: { MonitoringConfig: {} } }),
  // @ts-expect-error -- local takes no native options
  async () => (await openSessions({ provider: local() })).start({ native: {} }),
];

describe('the types of a provider', () => {
  it('give `native` of a start its own type', () => {
    type NativeOf<Provider> = Provider extends ConfiguredProvider<infer Native> ? Native : 'none';
    expectTypeOf<NativeOf<ReturnType<typeof athena>>>().toEqualTypeOf<AthenaStartNative>();
    expectTypeOf<NativeOf<ReturnType<typeof dataproc>>>().toEqualTypeOf<DataprocStartNative>();
    expectTypeOf<NativeOf<ReturnType<typeof emrEc2>>>().toEqualTypeOf<EmrEc2StartNative>();
    expectTypeOf<NativeOf<ReturnType<typeof emrServerless>>>().toEqualTypeOf<EmrServerlessStartNative>();
    const open = () => openSessions({ provider: athena(AWS) });
    expectTypeOf(open).returns.resolves.toEqualTypeOf<Sessions<AthenaStartNative>>();
    expectTypeOf(openSessions({ config: {} }).catch(() => undefined)).resolves.toEqualTypeOf<Sessions | undefined>();
    // A function that takes any sessions takes these.
    expectTypeOf<Sessions<AthenaStartNative>>().toExtend<Sessions>();
  });
});

describe('openSessions with a provider', () => {
  beforeEach(() => void creations().splice(0));

  it('opens it under its own id, with the options as its plugin parses them', async () => {
    await using sessions = await openSessions({ provider: sweet, env: {} });
    expect([sessions.environment, creations().map(({ config }) => config)]).toEqual([
      'counting',
      [{ flavour: 'sweet' }],
    ]);
  });

  it('takes a name, an owner, session defaults, a logger and a tracer', async () => {
    const [logger, tracer] = [new RecordingLogger(), new RecordingTracer()];
    const session = { idleTimeoutMs: 120_000, labels: { team: 'etl' } };
    const request = { provider: sweet, environment: 'nightly', owner: 'team-a', session, logger, tracer };
    await using sessions = await openSessions(request);
    const { status } = await sessions.start();
    expect(sessions.environment).toBe('nightly');
    expect(status.details).toMatchObject({ ...session, ownership: { owner: 'team-a' } });
    expect(creations()[0]?.ports.logger).toBe(logger);
    expect(tracer.spans.map(({ name }) => name)).toContainEqual(expect.stringContaining('start'));
  });

  it('takes a logger and a tracer with a config file as well', async () => {
    const [logger, tracer] = [new RecordingLogger(), new RecordingTracer()];
    const config = { environments: { dev: { provider: 'local' } } };
    await using sessions = await openSessions({ config, env: {}, logger, tracer });
    for await (const _listed of sessions.list()) expect.fail('nothing was started');
    expect(tracer.spans).not.toEqual([]);
  });

  it('fills options that are left out from the variables, and ignores ANYSESSION_ENV', async () => {
    const env = { AWS_REGION: 'eu-west-1', ANYSESSION_ATHENA_WORKGROUP: 'spark', ANYSESSION_ENV: 'prod' };
    await using sessions = await openSessions({ provider: athena(), env });
    expect([sessions.environment, sessions.provider.scope]).toEqual(['athena', 'eu-west-1/spark']);
  });

  it('does not read ${…} in options: they are code', async () => {
    const provider = athena({ region: 'eu-west-1', workgroup: '${WORKGROUP}' });
    const { message } = await failureOf(openSessions({ provider, env: { WORKGROUP: 'spark' } }));
    expect(message).toContain('provider athena: workgroup: expected the name of a Spark-enabled workgroup');
  });

  it('reports the problems that a config file would, all at once', async () => {
    const wrong = { reigon: 'eu-west-1', workgroup: 'my group!', memoryLimit: '2GB' };
    const session = { idleTimeoutMs: 0 };
    const config = { environments: { dev: { provider: 'athena', session, ...wrong } } };
    const byConfig = await failureOf(openSessions({ config, env: {} }));
    const byValue = await failureOf(openSessions({ provider: athena(wrong as AthenaOptions), session, env: {} }));
    expect(byValue.kind).toBe('config-invalid');
    expect(byValue.message).toBe(byConfig.message.replaceAll('config: environments.dev.', 'provider athena: '));
    expect(byValue.message.split('\n')).toHaveLength(6);
  });

  it.each<[object, string]>([
    [{ owner: 'Team A' }, 'provider counting: owner: expected 1 to 63 lower-case letters'],
    [{ session: 'short' }, 'provider counting: session: expected a map; found "short"'],
    [
      { provider: { plugin: counting, options: { session: {} } } },
      'provider counting: session: is an option of the call',
    ],
    [{ provider: 'athena' }, '`provider` is not a provider'],
    [{ provider: { plugin: { ...counting, contractVersion: 7 }, options: {} } }, 'implements version 7'],
  ])('refuses %j', async (wrong, message) => {
    const error = await failureOf(openSessions({ provider: sweet, ...wrong } as ProviderRequest<ConfiguredProvider>));
    expect([error.kind, error.message]).toEqual(['config-invalid', expect.stringContaining(message)]);
    expect(creations()).toEqual([]);
  });

  it.each<[object, string]>([
    [{ provider: sweet, config: 'x.yaml', cwd: '/' }, "'config' cannot be combined with `provider`"],
    [{ provider: sweet, cwd: '/' }, "'cwd' cannot be combined with `provider`"],
    [{ config: {}, session: {} }, "'session' needs `provider`"],
    [{ owner: 'team-a' }, "'owner' needs `provider`"],
    [{ provider: sweet, logger: () => {} }, "'logger': expected an object with the methods debug, info, warn, error"],
    [{ provider: sweet, tracer: {} }, "'tracer': expected an object with the methods startSpan"],
  ])('refuses the contradiction or wrong port in %j', async (request, message) => {
    const error = await failureOf(openSessions(request));
    expect([error.kind, error.message]).toEqual(['invalid-request', expect.stringContaining(message)]);
  });

  it('refuses a provider of run batches', async () => {
    const request = { provider: healthomics(AWS) } as unknown as ProviderRequest<ConfiguredProvider>;
    expect((await failureOf(openSessions(request))).message).toContain('healthomics has run batches, not sessions');
  });
});

describe('a provider in the other ways of opening', () => {
  it('openBatches takes one of run batches', async () => {
    await using batches = await openBatches({ provider: healthomics(AWS), environment: 'genomes', env: {} });
    expect([batches.environment, batches.provider.id]).toEqual(['genomes', 'healthomics']);
  });

  it('createContainer takes both kinds, and binds the logger and the tracer', async () => {
    const [logger, tracer] = [new RecordingLogger(), new RecordingTracer()];
    const container = await createContainer({ provider: local(), logger, tracer, env: {} });
    expect([container.get(SESSIONS).environment, container.get(LOGGER)]).toEqual(['local', logger]);
    expect(container.get(TRACER)).toBe(tracer);
    expect(() => container.get(BATCHES)).toThrow('local has sessions, not run batches. Use openSessions().');
    const other = await createContainer({ provider: healthomics(AWS), env: {} });
    expect(other.get(BATCHES).provider.id).toBe('healthomics');
    expect(() => other.get(SESSIONS)).toThrow('healthomics has run batches, not sessions. Use openBatches().');
  });
});
