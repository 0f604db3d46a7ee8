import { fileURLToPath } from 'node:url';
import { Container, type ServiceIdentifier } from 'inversify';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ConfigOptions, ConfigRequest } from '../../src/config/config-options.ts';
import {
  CLOCK,
  createContainer,
  ENVIRONMENT_CONFIG,
  LOGGER,
  METRICS,
  portsModule,
  PROVIDER_ADAPTER,
  RANDOM,
  RATE_BUDGET,
  SESSION_PROVIDER,
  SESSIONS,
  sessionModule,
  TRACER,
  WATCHER,
  type ContainerRequest,
} from '../../src/container/index.ts';
import type { Observation } from '../../src/contract/observation.ts';
import type { Watcher } from '../../src/contract/watcher.ts';
import { openSessions } from '../../src/open-sessions.ts';
import { RecordingLogger, RecordingTracer } from '../../src/testing/recording.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { RateBudget } from '../../src/watch/rate-budget.ts';
import { startRequest, unlimitedCall } from '../session/scene.ts';
import { creations, type Creation } from './fixtures/counting-provider.ts';
import { failureOf } from '../failure-of.ts';

const PROVIDER = fileURLToPath(new URL('fixtures/counting-provider.ts', import.meta.url));
const CONFIG: ConfigOptions = {
  defaultEnvironment: 'dev',
  owner: 'team-a',
  environments: {
    dev: { provider: PROVIDER, flavour: 'sweet', session: { idleTimeoutMs: 120_000, labels: { stage: 'dev' } } },
    prod: { provider: PROVIDER, flavour: 'salty' },
    broken: { provider: PROVIDER, flavour: 'sour' },
    foreign: { provider: PROVIDER, flavor: 'sweet' },
  },
};
const TOKENS = {
  CLOCK,
  RANDOM,
  LOGGER,
  TRACER,
  METRICS,
  ENVIRONMENT_CONFIG,
  PROVIDER_ADAPTER,
  SESSION_PROVIDER,
  RATE_BUDGET,
  WATCHER,
  SESSIONS,
} as const;

/** The container of the `dev` environment, on a clock of the test's own. */
async function openContainer(request: ConfigRequest & Pick<ContainerRequest, 'parent'> = {}) {
  const container = await createContainer({ config: CONFIG, env: {}, ...request });
  const clock = new VirtualClock();
  container.rebind(CLOCK).toConstantValue(clock);
  return { container, clock };
}

function onlyCreation(): Creation {
  const [creation, ...others] = creations();
  if (creation === undefined || others.length > 0) throw new Error(`${creations().length} providers were made`);
  return creation;
}

beforeEach(() => void creations().splice(0));

describe('createContainer', () => {
  it('binds everything and makes nothing until it is asked for', async () => {
    const { container } = await openContainer();
    expect(Object.values(TOKENS).filter((token) => !container.isBound(token as ServiceIdentifier))).toEqual([]);
    expect(creations()).toEqual([]);
    container.get(SESSIONS);
    const { config, service } = onlyCreation();
    expect(config).toEqual({ flavour: 'sweet' });
    expect(service.oracle.callCount()).toBe(0);
  });

  it('hands the provider the ports that are bound', async () => {
    const { container, clock } = await openContainer();
    container.get(PROVIDER_ADAPTER);
    const { ports } = onlyCreation();
    expect([ports.clock, ports.random, ports.logger]).toEqual([clock, container.get(RANDOM), container.get(LOGGER)]);
    expect(ports.clock).toBe(clock);
  });

  it.each(Object.entries(TOKENS))('gives one %s, however often it is asked for', async (_name, token) => {
    const { container } = await openContainer();
    const [first, second] = [1, 2].map(() => container.get<unknown>(token as ServiceIdentifier));
    expect(first).toBe(second);
    expect(creations().length).toBeLessThanOrEqual(1);
  });

  it('gives sessions that do what the environment says', async () => {
    const { container } = await openContainer();
    const sessions = container.get(SESSIONS);
    const session = await sessions.start();
    expect([sessions.environment, sessions.provider]).toEqual(['dev', container.get(SESSION_PROVIDER)]);
    expect(session.status.details).toMatchObject({
      idleTimeoutMs: 120_000,
      labels: { stage: 'dev' },
      ownership: { owner: 'team-a' },
    });
    expect(session.handle).toMatchObject({ provider: 'counting', scope: 'sweet' });
    await sessions.close();
  });

  it('C-100 gives the provider through all layers, and bare', async () => {
    const { container, clock } = await openContainer();
    const tracer = new RecordingTracer();
    container.rebind(TRACER).toConstantValue(tracer);
    const [bare, layered] = [container.get(PROVIDER_ADAPTER), container.get(SESSION_PROVIDER)];
    const { provider, service } = onlyCreation();
    expect(bare).toBe(provider);
    service.faults.add('start', { kind: 'unavailable', effect: 'before' });
    expect((await failureOf(bare.start(startRequest(), unlimitedCall()))).kind).toBe('unavailable');
    expect([service.oracle.callCount('start'), tracer.spans]).toEqual([1, []]);
    service.faults.add('start', { kind: 'unavailable', effect: 'before' });
    await clock.runUntilSettled(layered.start(startRequest(), unlimitedCall()));
    expect([service.oracle.callCount('start'), tracer.spans.length]).toEqual([3, 1]);
    const unsupported = await failureOf(layered.start(startRequest({ size: 'small' }), unlimitedCall()));
    expect(unsupported.kind).toBe('unsupported');
  });

  it('swaps the provider with the environment, with no change in code', async () => {
    const scopeOf = async (request: ConfigRequest): Promise<string> => {
      const { container } = await openContainer(request);
      const session = await container.get(SESSIONS).start();
      return `${container.get(SESSIONS).environment}: ${session.handle.scope}`;
    };
    expect(await scopeOf({})).toBe('dev: sweet');
    expect(await scopeOf({ environment: 'prod' })).toBe('prod: salty');
    expect(await scopeOf({ env: { ANYSESSION_ENV: 'prod' } })).toBe('prod: salty');
  });

  it.each<[string, ConfigRequest]>([
    ['an environment with a wrong option', { environment: 'broken' }],
    ['an environment that does not exist', { environment: 'prd' }],
    ['a file that is not there', { config: '/nowhere/anysession.config.yaml' }],
  ])('of %s fails with config-invalid and leaves nothing', async (_what, request) => {
    const parent = new Container();
    const error = await failureOf(createContainer({ config: CONFIG, env: {}, parent, ...request }));
    expect(error.kind).toBe('config-invalid');
    expect(creations()).toEqual([]);
    expect(Object.values(TOKENS).filter((token) => parent.isBound(token as ServiceIdentifier))).toEqual([]);
  });

  it.each([
    [{ enviroment: 'prod' }, "'enviroment': unknown key; did you mean environment?"],
    [{ environment: 7 }, "'environment': expected a text of 1 to 512 characters"],
    [{ cwd: '' }, "'cwd': expected a text"],
    ['anysession.config.yaml', 'options of open: expected a map'],
    [null, 'options of open: expected a map'],
  ])('refuses %j: the wrong environment might be the dear one', async (request, why) => {
    const error = await failureOf(createContainer(request as ContainerRequest));
    expect(error).toMatchObject({ kind: 'invalid-request', operation: 'open' });
    expect(error.message).toContain(why);
  });

  it('leaves what is no configuration to the reader of the configuration', async () => {
    const error = await failureOf(createContainer({ config: 7, env: {} } as unknown as ContainerRequest));
    expect(error.kind).toBe('config-invalid');
  });
});

describe('rebinding', () => {
  it.each(Object.entries(TOKENS))('%s gives what was bound', async (_name, token) => {
    const { container } = await openContainer();
    const mine = {};
    container.rebind<unknown>(token).toConstantValue(mine);
    expect(container.get<unknown>(token as ServiceIdentifier)).toBe(mine);
    expect(creations()).toEqual([]);
  });

  it('RANDOM and LOGGER reach the sessions', async () => {
    const { container, clock } = await openContainer();
    const logger = new RecordingLogger();
    container.rebind(RANDOM).toConstantValue(new SeededRandom(5));
    container.rebind(LOGGER).toConstantValue(logger);
    const session = await container.get(SESSIONS).start();
    expect(session.status.details.ownership?.token).toBe(`as-${new SeededRandom(5).hex(28)}-0`);
    onlyCreation().service.showState(session.handle.id, 'REBALANCING');
    await session.refresh();
    await clock.advance(1);
    expect(logger.messages('warn')).toEqual(['ignored an observation: unknown native state']);
  });

  it('ENVIRONMENT_CONFIG reaches the sessions', async () => {
    const { container } = await openContainer();
    const config = { ...container.get(ENVIRONMENT_CONFIG), environment: 'mine', owner: 'team-b', session: {} };
    container.rebind(ENVIRONMENT_CONFIG).toConstantValue(config);
    const sessions = container.get(SESSIONS);
    expect(sessions.environment).toBe('mine');
    expect((await sessions.start()).status.details).toMatchObject({ ownership: { owner: 'team-b' }, labels: {} });
  });

  it('PROVIDER_ADAPTER gets the layers around it', async () => {
    const { container } = await openContainer();
    const calls: string[] = [];
    const other = (await openContainer({ environment: 'prod' })).container.get(PROVIDER_ADAPTER);
    container.rebind(PROVIDER_ADAPTER).toConstantValue({
      id: 'mine',
      scope: 'here',
      capabilities: other.capabilities,
      start: (request, call) => {
        calls.push(`attempt ${call.attempt}`);
        return other.start(request, call);
      },
      describe: (handle, call) => other.describe(handle, call),
      listPage: (filter, cursor, call) => other.listPage(filter, cursor, call),
      terminate: (handle, call) => other.terminate(handle, call),
      close: () => other.close(),
    });
    const sessions = container.get(SESSIONS);
    await sessions.start();
    expect([sessions.provider.id, calls]).toEqual(['mine', ['attempt 1']]);
    expect((await failureOf(sessions.start({ size: 'large' }))).provider).toBe('mine');
    expect(calls).toHaveLength(1);
  });

  it('SESSION_PROVIDER, RATE_BUDGET and WATCHER reach the sessions', async () => {
    const { container, clock } = await openContainer();
    const taken: string[] = [];
    const watched: string[] = [];
    class NotingBudget extends RateBudget {
      override take(...args: Parameters<RateBudget['take']>): Promise<void> | undefined {
        taken.push(args[1]);
        return super.take(...args);
      }
    }
    const watcher: Watcher = {
      async *watch(handle, signal): AsyncGenerator<Observation> {
        watched.push(handle.id);
        await clock.advance(10_000);
        yield await container.get(PROVIDER_ADAPTER).describe(handle, unlimitedCall({ signal }));
      },
    };
    container.rebind(RATE_BUDGET).toConstantValue(new NotingBudget(clock, false));
    container.rebind(WATCHER).toConstantValue(watcher);
    const session = await container.get(SESSIONS).start();
    expect((await session.whenReady()).state).toBe('ready');
    expect([taken, watched]).toEqual([['writes'], [session.handle.id]]);

    const bare = (await openContainer()).container;
    bare.rebind(SESSION_PROVIDER).toResolvedValue((adapter) => adapter, [PROVIDER_ADAPTER]);
    expect(bare.get(SESSIONS).provider).toBe(bare.get(PROVIDER_ADAPTER));
  });

  it('after the first use comes too late for what is made already, and that is all', async () => {
    const { container } = await openContainer();
    const sessions = container.get(SESSIONS);
    container.rebind(LOGGER).toConstantValue(new RecordingLogger());
    expect(container.get(SESSIONS)).toBe(sessions);
    expect(creations()).toHaveLength(1);
  });
});

describe('a parent container', () => {
  const TEAM = Symbol.for('test.team') as ServiceIdentifier<{ readonly name: string }>;

  it('gives what is not bound here, and sees nothing of what is', async () => {
    const parent = new Container();
    parent.bind(TEAM).toConstantValue({ name: 'team-a' });
    const { container } = await openContainer({ parent });
    expect(container.get(TEAM)).toEqual({ name: 'team-a' });
    expect(parent.isBound(SESSIONS)).toBe(false);
    container.rebind(ENVIRONMENT_CONFIG).toResolvedValue(({ name }) => ({ ...environment, owner: name }), [TEAM]);
    const environment = (await openContainer()).container.get(ENVIRONMENT_CONFIG);
    expect((await container.get(SESSIONS).start()).status.details.ownership?.owner).toBe('team-a');
  });
});

describe('modules', () => {
  it('loaded twice are told by the container at once, not by two of everything', async () => {
    const { container } = await openContainer();
    container.load(sessionModule);
    expect(() => container.get(SESSIONS)).toThrow(/[Aa]mbiguous/);
  });

  it('are shared by containers without sharing what they make', async () => {
    const [one, other] = [(await openContainer()).container, (await openContainer()).container];
    expect(one.get(SESSIONS)).not.toBe(other.get(SESSIONS));
    expect(creations()).toHaveLength(2);
    one.unload(portsModule, sessionModule);
    expect([one.isBound(SESSIONS), other.isBound(SESSIONS)]).toEqual([false, true]);
    expect(other.get(RANDOM)).toBeDefined();
  });
});

describe('openSessions', () => {
  it('gives the sessions of the environment', async () => {
    await using sessions = await openSessions({ config: CONFIG, environment: 'prod', env: {} });
    const session = await sessions.start();
    expect([sessions.environment, session.handle.scope, creations().length]).toEqual(['prod', 'salty', 1]);
  });

  it('fails with config-invalid before anything is made', async () => {
    const error = await failureOf(openSessions({ config: CONFIG, environment: 'broken', env: {} }));
    expect(error.kind).toBe('config-invalid');
    expect(creations()).toEqual([]);
  });

  it('opens anew after a failure: nothing is stuck', async () => {
    await failureOf(openSessions({ config: CONFIG, environment: 'broken', env: {} }));
    const sessions = await openSessions({ config: CONFIG, env: {} });
    expect(sessions.environment).toBe('dev');
    await sessions.close();
  });
});
