import { afterEach, describe, expect, it } from 'vitest';
import { plugin } from '../../../providers/emr-serverless/plugin.ts';
import { SessionError } from '../../../src/contract/session-error.ts';
import type { ListFilter, SessionProvider } from '../../../src/contract/session-provider.ts';
import type { StartRequest } from '../../../src/contract/start-request.ts';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import type { EmulatorOptions } from '../../../src/emulator/emulator-options.ts';
import type { Fault } from '../../../src/emulator/fault.ts';
import { startEmulator } from '../../../src/emulator/start-emulator.ts';
import { VirtualClock } from '../../../src/testing/index.ts';
import { createFromPlugin, socketTime, TEST_CREDENTIALS, unlimited } from '../athena/emulated-subject.ts';

const ROLE = 'arn:aws:iam::123456789012:role/spark';

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

interface Bench {
  readonly emulator: Emulator;
  readonly provider: SessionProvider;
  readonly clock: VirtualClock;
  another(options: Readonly<Record<string, unknown>>): SessionProvider;
}

async function bench(
  options: Readonly<Record<string, unknown>> = {},
  emulatorOptions: EmulatorOptions = {},
): Promise<Bench> {
  const clock = new VirtualClock();
  const emulator = await startEmulator({ services: ['emr-serverless'], clock, ...emulatorOptions });
  const another = (more: Readonly<Record<string, unknown>>): SessionProvider => {
    const place = { region: 'us-east-1', applicationId: '00emulated1', executionRoleArn: ROLE };
    const address = { endpoint: emulator.urls.emrServerless, credentials: TEST_CREDENTIALS };
    const provider = createFromPlugin(plugin, { ...place, ...address, ...more }, { clock });
    open.push(provider);
    return provider;
  };
  const made = { emulator, clock, another, provider: another(options) };
  open.push(emulator);
  return made;
}

let tokens = 0;

function request(overrides: Partial<StartRequest> = {}): StartRequest {
  tokens += 1;
  const token = `as-${String(tokens).padStart(28, '0')}-1`;
  return { token, owner: 'tests', idleTimeoutMs: 600_000, labels: {}, ...overrides };
}

async function failure(promise: Promise<unknown> | undefined): Promise<SessionError> {
  const error: unknown = await (promise ?? Promise.resolve()).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!SessionError.is(error)) throw new Error(`expected a SessionError; got ${String(error)}`);
  return error;
}

function lastInput(emulator: Emulator, operation: string): unknown {
  return emulator.log().findLast((record) => record.operation === operation)?.input;
}

async function listAll(provider: SessionProvider, filter: ListFilter = {}) {
  const all = [];
  let cursor: string | undefined;
  do {
    const page = await provider.listPage(filter, cursor, unlimited());
    all.push(...page.observations);
    cursor = page.next;
  } while (cursor !== undefined);
  return all;
}

describe('starting on emr-serverless', () => {
  it('says on the wire what was asked for, rounded up, with our token, and looks at what it started', async () => {
    const { emulator, provider } = await bench();
    const asked = request({ name: 'nightly', idleTimeoutMs: 60_001, labels: { team: 'data' } });
    const started = await provider.start(asked, unlimited());
    expect(lastInput(emulator, 'StartSession')).toEqual({
      applicationId: '00emulated1',
      executionRoleArn: ROLE,
      clientToken: asked.token,
      name: `nightly anysession:tests:${asked.token}`,
      idleTimeoutMinutes: 2,
      tags: { team: 'data' },
    });
    expect(started).toMatchObject({
      nativeState: 'SUBMITTED',
      state: 'creating',
      details: {
        name: 'nightly',
        ownership: { owner: 'tests', token: asked.token },
        labels: { team: 'data' },
        idleTimeoutMs: 120_000,
        engineVersion: 'emr-7.13.0',
      },
    });
  });

  it('succeeds although the look after it fails', async () => {
    const { emulator, provider } = await bench();
    emulator.faults.add({ kind: 'server-error', operation: 'GetSession' });
    const started = await provider.start(request(), unlimited());
    expect(started).toMatchObject({ nativeState: 'SUBMITTED', state: 'creating' });
    expect(started.handle.id).toBe(emulator.oracle.sessions()[0]?.id);
  });

  it('does not call a session new that has ended since its first start', async () => {
    const { emulator, provider } = await bench();
    const asked = request();
    const { handle } = await provider.start(asked, unlimited());
    await provider.terminate(handle, unlimited());
    emulator.advance(10_000);
    expect(await provider.start(asked, unlimited())).toMatchObject({ handle, state: 'terminated', final: true });
  });

  it('tunes by spark-defaults: size gives way to the request, and that to native', async () => {
    const { emulator, provider } = await bench();
    const { handle } = await provider.start(
      request({
        size: 'large',
        sparkConf: { 'spark.a': 'request', 'spark.b': 'request' },
        native: {
          configurationOverrides: {
            runtimeConfiguration: [
              { classification: 'spark-defaults', properties: { 'spark.b': 'native' } },
              { classification: 'spark-driver-log4j2', properties: { level: 'info' } },
            ],
          },
        },
      }),
      unlimited(),
    );
    const sdk = await import('@aws-sdk/client-emr-serverless');
    const client = new sdk.EMRServerlessClient({
      region: 'us-east-1',
      endpoint: emulator.urls.emrServerless,
      credentials: TEST_CREDENTIALS,
    });
    const { session } = await client.send(
      new sdk.GetSessionCommand({ applicationId: '00emulated1', sessionId: handle.id }),
    );
    client.destroy();
    expect(session?.configurationOverrides?.runtimeConfiguration).toMatchObject([
      {
        classification: 'spark-defaults',
        properties: { 'spark.dynamicAllocation.maxExecutors': '32', 'spark.a': 'request', 'spark.b': 'native' },
      },
      { classification: 'spark-driver-log4j2', properties: { level: 'info' } },
    ]);
  });

  it.each(['ConflictException', 'ValidationException'] as const)(
    'tells who holds the token when it was used with other options (%s)',
    async (tokenClashCode) => {
      const { provider } = await bench({}, { emrServerless: { tokenClashCode } });
      const asked = request();
      const { handle } = await provider.start(asked, unlimited());
      const error = await failure(provider.start({ ...asked, idleTimeoutMs: 1_200_000 }, unlimited()));
      expect(error).toMatchObject({ kind: 'conflict', retry: 'permanent', effect: 'none', handle });
    },
  );

  it.each([
    ['the 26th session', { sessionQuota: 1 }],
    ['what is more than the vCPUs of the account', { vcpuQuota: 4 }],
  ])('calls %s a quota, which nobody retries', async (_, emrServerless) => {
    const { provider } = await bench({}, { emrServerless });
    await provider.start(request(), unlimited());
    const error = await failure(provider.start(request(), unlimited()));
    expect(error).toMatchObject({ kind: 'quota-exceeded', native: { httpStatus: 402 } });
  });
});

describe('the application behind the sessions', () => {
  const applications = {
    '00hive': { type: 'HIVE' },
    '00old': { releaseLabel: 'emr-7.12.0' },
    '00closed': { sessionEnabled: false },
    '00manual': { autoStart: false, state: 'STOPPED' as const },
    '00running': { autoStart: false, state: 'STARTED' as const },
  };

  it.each([
    ['00hive', 'invalid-request', /of type HIVE/],
    ['00old', 'invalid-request', /emr-7\.13\.0 or later/],
    ['00closed', 'invalid-request', /sessionEnabled/],
    ['00manual', 'conflict', /startApplication: true/],
    ['00none', 'not-found', /does not exist/],
  ])('%s: one clear error (%s)', async (applicationId, kind, expected) => {
    const { emulator, another } = await bench({}, { emrServerless: { applications } });
    const error = await failure(another({ applicationId }).start(request(), unlimited()));
    expect(error).toMatchObject({ kind, operation: 'start', effect: 'none' });
    expect(error.message).toMatch(expected);
    expect(emulator.oracle.sessions()).toEqual([]);
  });

  it.each(['00hive', '00old', '00closed', '00none'])('%s is refused before a start where it is driven', async (id) => {
    const { emulator, another } = await bench({}, { emrServerless: { applications } });
    const provider = another({ applicationId: id, startApplication: true });
    const error = await failure(provider.start(request(), unlimited()));
    expect(error).toMatchObject({ operation: 'start', effect: 'none' });
    expect(emulator.log().map(({ operation }) => operation)).toEqual(['GetApplication']);
  });

  it('is started where it is at rest, and waited for', async () => {
    const { emulator, another, clock } = await bench({}, { startupMs: 4_000, emrServerless: { applications } });
    const provider = another({ applicationId: '00manual', startApplication: true });
    const started = await socketTime(clock, () => emulator.log().length).settle(provider.start(request(), unlimited()));
    expect(started.state).toBe('creating');
    const operations = emulator.log().map(({ operation }) => operation);
    expect(operations.filter((operation) => operation === 'StartApplication')).toHaveLength(1);
    expect(operations.filter((operation) => operation === 'GetApplication').length).toBeGreaterThan(3);
    expect(operations.at(-2)).toBe('StartSession');
    expect(clock.pendingTimers).toBe(0);
  });

  it('is not started when it runs', async () => {
    const { emulator, another } = await bench({}, { emrServerless: { applications } });
    const provider = another({ applicationId: '00running', startApplication: true });
    await provider.start(request(), unlimited());
    const operations = emulator.log().map(({ operation }) => operation);
    expect(operations).toEqual(['GetApplication', 'StartSession', 'GetSession']);
  });

  it('is not waited for by somebody who has gone: nothing was started', async () => {
    const { emulator, another, clock } = await bench({}, { startupMs: 60_000, emrServerless: { applications } });
    const provider = another({ applicationId: '00manual', startApplication: true });
    const call = { ...unlimited(), deadline: clock.monotonicMs() + 10_000 };
    const error = await socketTime(clock, () => emulator.log().length).settle(failure(provider.start(request(), call)));
    expect(error).toMatchObject({ kind: 'timeout', effect: 'none' });
    expect(emulator.oracle.sessions()).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('what the service is known to refuse is refused before any I/O', () => {
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, 'v']));
  const reserved = { 'spark.connect.grpc.binding.address': '0.0.0.0' };

  it.each<[string, Partial<StartRequest>, RegExp]>([
    ['a token in native', { native: { clientToken: 'x' } }, /use key/],
    ['a name in native', { native: { name: 'x' } }, /use name/],
    ['an idle timeout in native', { native: { idleTimeoutMinutes: 0 } }, /use idleTimeoutMs/],
    ['tags in native', { native: { tags: {} } }, /use labels/],
    ['an application in native', { native: { applicationId: 'x' } }, /applicationId/],
    ['native that is no map', { native: 'x' }, /must be a map/],
    ['a misspelt member of native', { native: { executionRole: 'x' } }, /executionRole.* there are executionRoleArn,/],
    [
      'overrides in native that are no map',
      { native: { configurationOverrides: [] } },
      /configurationOverrides.*a map/,
    ],
    ['a reserved property', { sparkConf: reserved }, /reserved/],
    [
      'a reserved property in native',
      {
        native: {
          configurationOverrides: {
            runtimeConfiguration: [{ classification: 'spark-defaults', properties: reserved }],
          },
        },
      },
      /reserved/,
    ],
    ['too many labels', { labels: many(201) }, /200 are allowed/],
    ['a label with strange characters', { labels: { 'ke€y': 'v' } }, /characters other than/],
    ['a label key that is too long', { labels: { ['k'.repeat(129)]: 'v' } }, /1 to 128/],
    ['a label value that is too long', { labels: { k: 'v'.repeat(257) } }, /256 are allowed/],
    ['too many properties', { sparkConf: many(101) }, /100 are allowed/],
    ['a property that is too long', { sparkConf: { k: 'v'.repeat(1_025) } }, /1024 are allowed/],
    ['a name that is too long', { name: 'n'.repeat(230) }, /are left for it/],
  ])('%s', async (_what, overrides, expected) => {
    const { emulator, provider } = await bench();
    const error = await failure(provider.start(request(overrides), unlimited()));
    expect(error).toMatchObject({ kind: 'invalid-request', operation: 'start', effect: 'none' });
    expect(error.message).toMatch(expected);
    expect(emulator.log()).toEqual([]);
  });

  it.each(['', ' ', 'UPPER', 'a/b', '..', 'x'.repeat(65)])(
    'the id %j, which would reach the list route or another session',
    async (id) => {
      const { emulator, provider } = await bench();
      const handle = { v: 1, provider: provider.id, scope: provider.scope, id } as const;
      for (const verb of ['describe', 'terminate', 'endpoint', 'dashboard'] as const) {
        expect(await failure(provider[verb]?.(handle, unlimited()))).toMatchObject({
          kind: 'invalid-request',
          operation: verb,
        });
      }
      expect(emulator.log()).toEqual([]);
    },
  );
});

describe('every fault in every verb', () => {
  const faults: readonly [string, Fault, string, 'none' | 'unknown', number | undefined][] = [
    ['throttling', { kind: 'throttle' }, 'rate-limited', 'none', undefined],
    ['throttling with Retry-After', { kind: 'throttle', retryAfterMs: 3_000 }, 'rate-limited', 'none', 3_000],
    ['throttling with a pause in ms', { kind: 'throttle', retryAfterMs: 1_500 }, 'rate-limited', 'none', 1_500],
    ['an internal error', { kind: 'server-error' }, 'unavailable', 'unknown', undefined],
    ['an HTML page', { kind: 'html' }, 'unavailable', 'unknown', undefined],
    ['a reset before', { kind: 'reset', when: 'before' }, 'unavailable', 'unknown', undefined],
    ['a reset after', { kind: 'reset', when: 'after' }, 'unavailable', 'unknown', undefined],
    [
      'no permission',
      { kind: 'error', code: 'AccessDeniedException', httpStatus: 403 },
      'forbidden',
      'none',
      undefined,
    ],
    ['an unknown code', { kind: 'error', code: 'StrangeException', httpStatus: 418 }, 'unexpected', 'none', undefined],
  ];

  it.each(faults)('%s', async (_what, fault, kind, effect, retryAfterMs) => {
    const { emulator, provider } = await bench();
    const { handle } = await provider.start(request(), unlimited());
    emulator.advance(3_000);
    const verbs: Readonly<Record<string, () => Promise<unknown> | undefined>> = {
      start: () => provider.start(request(), unlimited()),
      describe: () => provider.describe(handle, unlimited()),
      listPage: () => provider.listPage({}, undefined, unlimited()),
      endpoint: () => provider.endpoint?.(handle, unlimited()),
      dashboard: () => provider.dashboard?.(handle, unlimited()),
      terminate: () => provider.terminate(handle, unlimited()),
    };
    for (const [operation, call] of Object.entries(verbs)) {
      emulator.faults.add(fault);
      const before = emulator.log().length;
      const error = await failure(call());
      const isChanging = operation === 'start' || operation === 'terminate';
      expect(error, operation).toMatchObject({ kind, operation, effect: isChanging ? effect : 'none' });
      expect(error.retryAfterMs, operation).toBe(retryAfterMs);
      expect(emulator.log().length - before, operation).toBe(1);
    }
    expect(emulator.log().every(({ attempt }) => attempt === 'attempt=1; max=1')).toBe(true);
  });
});

describe('ending on emr-serverless', () => {
  it.each(['ok', 'ValidationException', 'ResourceNotFoundException'] as const)(
    'terminating what has ended succeeds, whatever the service says (%s)',
    async (terminateEnded) => {
      const { emulator, provider } = await bench({}, { emrServerless: { terminateEnded } });
      const { handle } = await provider.start(request(), unlimited());
      await provider.terminate(handle, unlimited());
      emulator.advance(10_000);
      expect(await provider.terminate(handle, unlimited())).toMatchObject({ state: 'terminated', final: true });
    },
  );

  it('says that a session ends although it is still shown as alive', async () => {
    const { emulator, provider } = await bench({}, { emrServerless: { describeLagMs: 5_000 } });
    const { handle } = await provider.start(request(), unlimited());
    emulator.advance(10_000);
    expect(await provider.terminate(handle, unlimited())).toMatchObject({ nativeState: 'TERMINATING', final: false });
  });

  it('says so, too, when the look after it fails', async () => {
    const { emulator, provider } = await bench();
    const { handle } = await provider.start(request(), unlimited());
    emulator.faults.add({ kind: 'throttle', operation: 'GetSession' });
    expect(await provider.terminate(handle, unlimited())).toMatchObject({ nativeState: 'TERMINATING', final: false });
    expect(emulator.oracle.sessions()[0]?.state).toBe('TERMINATING');
  });
});

describe('listing on emr-serverless', () => {
  it('asks for live states by name, page by page, empty ones too', async () => {
    const { emulator, provider } = await bench({}, { emrServerless: { sessionQuota: 200 } });
    for (let count = 0; count < 60; count++) await provider.start(request(), unlimited());
    emulator.faults.add({ kind: 'empty-page' });
    const all = await listAll(provider);
    expect(all).toHaveLength(60);
    expect(new Set(all.map(({ handle }) => handle.id)).size).toBe(60);
    expect(lastInput(emulator, 'ListSessions')).toMatchObject({
      states: ['SUBMITTED', 'STARTING', 'STARTED', 'IDLE', 'BUSY', 'TERMINATING'],
      maxResults: 50,
    });
  });

  it('keeps what was created at the very time asked for', async () => {
    const { emulator, provider } = await bench();
    const { handle } = await provider.start(request(), unlimited());
    const { createdAtMs = Number.NaN } = (await provider.describe(handle, unlimited())).details;
    expect(await listAll(provider, { createdAfterMs: createdAtMs })).toHaveLength(1);
    expect(await listAll(provider, { createdAfterMs: createdAtMs + 1 })).toHaveLength(0);
    expect(lastInput(emulator, 'ListSessions')).toMatchObject({ createdAtAfter: createdAtMs });
  });

  it('knows without asking that no live session is failed', async () => {
    const { emulator, provider } = await bench();
    expect(await listAll(provider, { states: ['failed'] })).toEqual([]);
    expect(emulator.log()).toEqual([]);
  });

  it('refuses a cursor of somewhere else', async () => {
    const { provider } = await bench();
    expect(await failure(provider.listPage({}, 'forged', unlimited()))).toMatchObject({ kind: 'invalid-request' });
  });
});

describe('endpoint, dashboard and usage of emr-serverless', () => {
  it('gives host, port, the token and its end', async () => {
    const { emulator, provider } = await bench();
    const { handle } = await provider.start(request(), unlimited());
    emulator.advance(3_000);
    const endpoint = await provider.endpoint?.(handle, unlimited());
    expect(endpoint).toMatchObject({
      host: '127.0.0.1',
      port: Number(new URL(emulator.urls.sparkConnect).port),
      tls: false,
      expiresAtMs: emulator.nowMs() + 3_600_000,
    });
    expect(endpoint?.metadata['x-aws-proxy-auth']?.length).toBeGreaterThan(2_000);
  });

  it.each(['ValidationException', 'ConflictException', 'ResourceNotFoundException'] as const)(
    'refuses with what is wrong: not ready, ended, or unknown (%s)',
    async (endpointNotReadyCode) => {
      const { emulator, provider } = await bench({}, { emrServerless: { endpointNotReadyCode } });
      const { handle } = await provider.start(request(), unlimited());
      expect(await failure(provider.endpoint?.(handle, unlimited()))).toMatchObject({
        kind: 'conflict',
        message: expect.stringContaining('SUBMITTED'),
      });
      await provider.terminate(handle, unlimited());
      emulator.advance(5_000);
      expect(await failure(provider.endpoint?.(handle, unlimited()))).toMatchObject({
        kind: 'session-failed',
        observation: { state: 'terminated' },
      });
      const unknown = { ...handle, id: '0nobody' };
      expect(await failure(provider.endpoint?.(unknown, unlimited()))).toMatchObject({
        kind: 'not-found',
        operation: 'endpoint',
      });
    },
  );

  it('links to the dashboard for an hour', async () => {
    const { provider, clock } = await bench();
    const { handle } = await provider.start(request(), unlimited());
    const dashboard = await provider.dashboard?.(handle, unlimited());
    expect(dashboard?.url).toContain(handle.id);
    expect(dashboard?.expiresAtMs).toBe(clock.nowMs() + 3_600_000);
  });

  it('tells times and what is billed', async () => {
    const { emulator, provider } = await bench();
    const { handle } = await provider.start(request(), unlimited());
    emulator.advance(3_600_000 / 2);
    const { details } = await provider.describe(handle, unlimited());
    const { usage, startedAtMs = 0, createdAtMs = 0 } = details;
    expect(startedAtMs).toBeGreaterThan(createdAtMs);
    expect(usage?.source).toContain('billedResourceUtilization');
    expect(usage?.vcpuHours).toBeGreaterThan(0);
    expect(usage?.executionMs).toBeGreaterThan(0);
    expect(details.creator).toContain('arn:aws:iam');
  });
});
