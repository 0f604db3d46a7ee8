import type { EmrServerlessConfig } from '../../../providers/emr-serverless/options.ts';
import { toStartInput } from '../../../providers/emr-serverless/start-input.ts';
import { describe, expect } from 'vitest';
import type { EmulatorOptions } from '../../../src/emulator/emulator-options.ts';
import { failureOf } from '../../failure-of.ts';
import { benchTest, lastInput, listAll, openBench, operationsOf, request, ROLE } from '../_aws/bench.ts';
import { TEST_CREDENTIALS, unlimited } from '../athena/emulated-subject.ts';

const it = benchTest('emr-serverless');
const bench = (options: Readonly<Record<string, unknown>> = {}, emulator: EmulatorOptions = {}) =>
  openBench('emr-serverless', options, emulator);

describe('starting on emr-serverless', () => {
  it('says on the wire what was asked for, rounded up, with our token, and looks at what it started', async ({
    emulator,
    provider,
  }) => {
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

  it('succeeds although the look after it fails', async ({ emulator, provider }) => {
    emulator.faults.add({ kind: 'server-error', operation: 'GetSession' });
    const started = await provider.start(request(), unlimited());
    expect(started).toMatchObject({ nativeState: 'SUBMITTED', state: 'creating' });
    expect(started.handle.id).toBe(emulator.oracle.sessions()[0]?.id);
  });

  it('does not call a session new that has ended since its first start', async ({ emulator, provider }) => {
    const asked = request();
    const { handle } = await provider.start(asked, unlimited());
    await provider.terminate(handle, unlimited());
    emulator.advance(10_000);
    expect(await provider.start(asked, unlimited())).toMatchObject({ handle, state: 'terminated', final: true });
  });

  it('tunes by spark-defaults: size gives way to the request, and that to native', async ({ emulator, provider }) => {
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

  it('sends overrides of native that have no Spark properties', () => {
    const configurationOverrides = { monitoringConfiguration: { managedPersistenceMonitoringConfiguration: {} } };
    const config = { applicationId: '00emulated1', executionRoleArn: 'arn:aws:iam::123456789012:role/spark' };
    const input = toStartInput(request({ native: { configurationOverrides } }), config as EmrServerlessConfig);
    expect(input.configurationOverrides).toEqual(configurationOverrides);
  });

  it.each([
    ['the 26th session', { sessionQuota: 1 }],
    ['what is more than the vCPUs of the account', { vcpuQuota: 4 }],
  ])('calls %s a quota, which nobody retries', async (_, emrServerless) => {
    const { provider } = await bench({}, { emrServerless });
    await provider.start(request(), unlimited());
    const error = await failureOf(provider.start(request(), unlimited()));
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
    const error = await failureOf(another({ applicationId }).start(request(), unlimited()));
    expect(error).toMatchObject({ kind, operation: 'start', effect: 'none' });
    expect(error.message).toMatch(expected);
    expect(emulator.oracle.sessions()).toEqual([]);
  });

  it.each(['00hive', '00old', '00closed', '00none'])('%s is refused before a start where it is driven', async (id) => {
    const { emulator, another } = await bench({}, { emrServerless: { applications } });
    const provider = another({ applicationId: id, startApplication: true });
    const error = await failureOf(provider.start(request(), unlimited()));
    expect(error).toMatchObject({ operation: 'start', effect: 'none' });
    expect(operationsOf(emulator)).toEqual(['GetApplication']);
  });

  it('is started where it is at rest, and waited for', async () => {
    const { emulator, another, clock, settle } = await bench({}, { startupMs: 4_000, emrServerless: { applications } });
    const provider = another({ applicationId: '00manual', startApplication: true });
    const started = await settle(provider.start(request(), unlimited()));
    expect(started.state).toBe('creating');
    const operations = operationsOf(emulator);
    expect(operations.filter((operation) => operation === 'StartApplication')).toHaveLength(1);
    expect(operations.filter((operation) => operation === 'GetApplication').length).toBeGreaterThan(3);
    expect(operations.at(-2)).toBe('StartSession');
    expect(clock.pendingTimers).toBe(0);
  });

  it('is not started when it runs', async () => {
    const { emulator, another } = await bench({}, { emrServerless: { applications } });
    const provider = another({ applicationId: '00running', startApplication: true });
    await provider.start(request(), unlimited());
    const operations = operationsOf(emulator);
    expect(operations).toEqual(['GetApplication', 'StartSession', 'GetSession']);
  });

  it('is not waited for by somebody who has gone: nothing was started', async () => {
    const { emulator, another, clock, settle } = await bench(
      {},
      { startupMs: 60_000, emrServerless: { applications } },
    );
    const provider = another({ applicationId: '00manual', startApplication: true });
    const call = { ...unlimited(), deadline: clock.monotonicMs() + 10_000 };
    const error = await settle(failureOf(provider.start(request(), call)));
    expect(error).toMatchObject({ kind: 'timeout', effect: 'none' });
    expect(emulator.oracle.sessions()).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
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

  it('says so, too, when the look after it fails', async ({ emulator, provider, handle }) => {
    emulator.faults.add({ kind: 'throttle', operation: 'GetSession' });
    expect(await provider.terminate(handle, unlimited())).toMatchObject({ nativeState: 'TERMINATING', final: false });
    expect(emulator.oracle.sessions()[0]?.state).toBe('TERMINATING');
  });
});

describe('listing on emr-serverless', () => {
  it('asks for live states by name', async ({ emulator, provider }) => {
    await listAll(provider);
    expect(lastInput(emulator, 'ListSessions')).toMatchObject({
      states: ['SUBMITTED', 'STARTING', 'STARTED', 'IDLE', 'BUSY', 'TERMINATING'],
      maxResults: 50,
    });
  });

  it('keeps what was created at the very time asked for', async ({ emulator, provider, handle }) => {
    const { createdAtMs = Number.NaN } = (await provider.describe(handle, unlimited())).details;
    expect(await listAll(provider, { createdAfterMs: createdAtMs })).toHaveLength(1);
    expect(await listAll(provider, { createdAfterMs: createdAtMs + 1 })).toHaveLength(0);
    expect(lastInput(emulator, 'ListSessions')).toMatchObject({ createdAtAfter: createdAtMs });
  });

  it('knows without asking that no live session is failed', async ({ emulator, provider }) => {
    expect(await listAll(provider, { states: ['failed'] })).toEqual([]);
    expect(emulator.log()).toEqual([]);
  });
});

describe('endpoint, dashboard and usage of emr-serverless', () => {
  it('gives a token of the size of a JSON Web Token', async ({ emulator, provider, handle }) => {
    emulator.advance(3_000);
    const endpoint = await provider.endpoint?.(handle, unlimited());
    expect(endpoint?.metadata['x-aws-proxy-auth']?.length).toBeGreaterThan(2_000);
  });

  it.each(['ValidationException', 'ConflictException', 'ResourceNotFoundException'] as const)(
    'refuses with what is wrong: not ready, ended, or unknown (%s)',
    async (endpointNotReadyCode) => {
      const { emulator, provider } = await bench({}, { emrServerless: { endpointNotReadyCode } });
      const { handle } = await provider.start(request(), unlimited());
      expect(await failureOf(provider.endpoint?.(handle, unlimited()))).toMatchObject({
        kind: 'conflict',
        message: expect.stringContaining('SUBMITTED'),
      });
      await provider.terminate(handle, unlimited());
      emulator.advance(5_000);
      expect(await failureOf(provider.endpoint?.(handle, unlimited()))).toMatchObject({
        kind: 'session-failed',
        observation: { state: 'terminated' },
      });
      const unknown = { ...handle, id: '0nobody' };
      expect(await failureOf(provider.endpoint?.(unknown, unlimited()))).toMatchObject({
        kind: 'not-found',
        operation: 'endpoint',
      });
    },
  );

  it('links to the dashboard for an hour', async ({ provider, clock, handle }) => {
    const dashboard = await provider.dashboard?.(handle, unlimited());
    expect(dashboard?.url).toContain(handle.id);
    expect(dashboard?.expiresAtMs).toBe(clock.nowMs() + 3_600_000);
  });

  it('tells times and what is billed', async ({ emulator, provider, handle }) => {
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
