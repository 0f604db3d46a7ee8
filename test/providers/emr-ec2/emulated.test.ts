import type * as sdkModule from '@aws-sdk/client-emr';
import { describe, expect } from 'vitest';
import type { EmrEc2Config } from '../../../providers/emr-ec2/options.ts';
import { plugin } from '../../../providers/emr-ec2/plugin.ts';
import { toStartInput } from '../../../providers/emr-ec2/start-input.ts';
import type { EmulatorOptions } from '../../../src/emulator/emulator-options.ts';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import { failureOf } from '../../failure-of.ts';
import { benchTest, lastInput, listAll, openBench, operationsOf, request, ROLE } from '../_aws/bench.ts';
import { TEST_CREDENTIALS, unlimited } from '../athena/emulated-subject.ts';

const it = benchTest('emr-ec2');
const bench = (options: Readonly<Record<string, unknown>> = {}, emulator: EmulatorOptions = {}) =>
  openBench('emr-ec2', options, emulator);

/** Calls the emulator with the SDK alone. */
async function withSdk<T>(
  emulator: Emulator,
  use: (client: sdkModule.EMRClient, sdk: typeof sdkModule) => Promise<T>,
): Promise<T> {
  const sdk = await import('@aws-sdk/client-emr');
  const client = new sdk.EMRClient({
    region: 'us-east-1',
    endpoint: emulator.urls.emr,
    credentials: TEST_CREDENTIALS,
  });
  try {
    return await use(client, sdk);
  } finally {
    client.destroy();
  }
}

const terminateCluster = (emulator: Emulator): Promise<unknown> =>
  withSdk(emulator, (client, sdk) => client.send(new sdk.TerminateJobFlowsCommand({ JobFlowIds: ['j-EMULATED1'] })));

describe('starting on emr-ec2', () => {
  it('sends what was asked for, rounded up, with a token of at most 36 characters, and describes what it started', async ({
    emulator,
    provider,
  }) => {
    const asked = request({ name: 'nightly', idleTimeoutMs: 60_001, labels: { team: 'data' } });
    const started = await provider.start(asked, unlimited());
    expect(lastInput(emulator, 'StartSession')).toEqual({
      ClusterId: 'j-EMULATED1',
      ExecutionRoleArn: ROLE,
      ClientRequestToken: asked.token,
      Name: `nightly anysession:tests:${asked.token}`,
      SessionIdleTimeoutInMinutes: 2,
      Tags: [{ Key: 'team', Value: 'data' }],
    });
    expect(started).toMatchObject({
      state: 'creating',
      details: {
        name: 'nightly',
        ownership: { owner: 'tests', token: asked.token },
        labels: { team: 'data' },
        idleTimeoutMs: 120_000,
        engineVersion: 'emr-spark-8.0.0',
      },
    });
  });

  it('needs no role: sessions run as the instance profile of the cluster', async () => {
    const { emulator, another } = await bench();
    await another({ executionRoleArn: undefined }).start(request(), unlimited());
    expect(lastInput(emulator, 'StartSession')).not.toHaveProperty('ExecutionRoleArn');
  });

  it('succeeds although the describe after it fails', async ({ emulator, provider }) => {
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

  it('passes settings on by priority: size, sparkConf, native; and the monitoring of native', async ({
    emulator,
    provider,
  }) => {
    const { handle } = await provider.start(
      request({
        size: 'large',
        sparkConf: { 'spark.a': 'request', 'spark.b': 'request' },
        native: {
          EngineConfigurations: [
            { Classification: 'spark-defaults', Properties: { 'spark.b': 'native' } },
            { Classification: 'spark', Configurations: [{ Classification: 'export', Properties: { A: 'b' } }] },
          ],
          MonitoringConfiguration: { S3LoggingConfiguration: { Enabled: true, LogUri: 's3://logs/spark/' } },
        },
      }),
      unlimited(),
    );
    const { Session: session } = await withSdk(emulator, (client, sdk) =>
      client.send(new sdk.GetSessionCommand({ ClusterId: 'j-EMULATED1', SessionId: handle.id })),
    );
    expect(session?.EngineConfigurations).toEqual([
      {
        Classification: 'spark-defaults',
        Properties: { 'spark.dynamicAllocation.maxExecutors': '32', 'spark.a': 'request', 'spark.b': 'native' },
      },
      {
        Classification: 'spark',
        Properties: {},
        Configurations: [{ Classification: 'export', Properties: { A: 'b' } }],
      },
    ]);
    const { details } = await provider.describe(handle, unlimited());
    expect(details.native).toEqual({
      monitoring: { S3LoggingConfiguration: { Enabled: true, LogUri: 's3://logs/spark/' } },
    });
  });

  it('sends the settings of the environment, which those of a start override', async ({ emulator }) => {
    const parsed = plugin.parseOptions({
      region: 'us-east-1',
      clusterId: 'j-EMULATED1',
      engineConfigurations: [{ classification: 'spark-defaults', properties: { 'spark.a': 'env', 'spark.b': 'env' } }],
      monitoring: { s3LogUri: 's3://logs/spark/', cloudWatchLogGroup: 'spark', managed: false },
    });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const config = parsed.config as EmrEc2Config;
    const input = toStartInput(request({ sparkConf: { 'spark.b': 'request' } }), config);
    const session = await withSdk(emulator, async (client, sdk) => {
      const { Id: SessionId } = await client.send(new sdk.StartSessionCommand(input));
      return (await client.send(new sdk.GetSessionCommand({ ClusterId: 'j-EMULATED1', SessionId }))).Session;
    });
    expect(session?.EngineConfigurations).toEqual([
      { Classification: 'spark-defaults', Properties: { 'spark.a': 'env', 'spark.b': 'request' } },
    ]);
    expect(session?.MonitoringConfiguration).toEqual({
      S3LoggingConfiguration: { Enabled: true, LogUri: 's3://logs/spark/' },
      CloudWatchLoggingConfiguration: { Enabled: true, LogGroup: 'spark' },
      ManagedLoggingConfiguration: { Enabled: false },
    });
    const replaced = toStartInput(request({ native: { MonitoringConfiguration: {} } }), config);
    expect(replaced.MonitoringConfiguration).toEqual({});
  });

  it.each([
    [{ engineConfigurations: [{ classification: 'spark-defaults' }] }, 'properties'],
    [{ engineConfigurations: [{ classification: '', properties: {} }] }, 'classification'],
    [{ monitoring: { s3LogUri: 'https://logs' } }, 's3LogUri'],
    [{ monitoring: { s3: 's3://logs' } }, 's3'],
  ])('refuses %j', (options, path) => {
    const parsed = plugin.parseOptions({ region: 'us-east-1', clusterId: 'j-EMULATED1', ...options });
    expect(parsed).toMatchObject({ ok: false, problems: [{ path: expect.arrayContaining([path]) as string[] }] });
  });

  it('sends no settings where none were asked for', () => {
    const config = { clusterId: 'j-EMULATED1' } as EmrEc2Config;
    const { ClusterId, ClientRequestToken, Name, SessionIdleTimeoutInMinutes, ...rest } = toStartInput(
      request(),
      config,
    );
    expect([ClusterId, ClientRequestToken?.length, typeof Name, SessionIdleTimeoutInMinutes]).toEqual([
      'j-EMULATED1',
      expect.any(Number),
      'string',
      expect.any(Number),
    ]);
    expect(rest).toEqual({});
  });
});

describe('the cluster behind the sessions', () => {
  const clusters = {
    'j-OLD': { releaseLabel: 'emr-7.13.0' },
    'j-HIVE': { applications: ['Hive'] },
    'j-CLOSED': { sessionEnabled: false },
    'j-BOOTING': { state: 'BOOTSTRAPPING' as const },
    'j-GONE': { state: 'TERMINATED' as const },
  };

  it.each([
    ['j-OLD', 'invalid-request', /runs emr-7\.13\.0, but sessions need emr-spark-8\.0\.0 or later/],
    ['j-HIVE', 'invalid-request', /has no Spark/],
    ['j-CLOSED', 'invalid-request', /SessionEnabled/],
    ['j-BOOTING', 'conflict', /is BOOTSTRAPPING; try again/],
    ['j-GONE', 'conflict', /is TERMINATED; set another `clusterId`/],
    ['j-NONE', 'invalid-request', /Cluster id 'j-NONE' is not valid/],
  ])('explains a refused start: %s (%s)', async (clusterId, kind, expected) => {
    const { emulator, another } = await bench({}, { emr: { clusters } });
    const error = await failureOf(another({ clusterId }).start(request(), unlimited()));
    expect(error).toMatchObject({ kind, operation: 'start', effect: 'none' });
    expect(error.message).toMatch(expected);
    expect(emulator.oracle.sessions()).toEqual([]);
  });

  it('leaves a refusal alone that the cluster does not explain', async ({ emulator, provider }) => {
    const refusal = { code: 'InvalidRequestException', httpStatus: 400, message: 'The role is not allowed.' };
    emulator.faults.add({ kind: 'error', ...refusal, operation: 'StartSession' });
    const error = await failureOf(provider.start(request(), unlimited()));
    expect(error).toMatchObject({ kind: 'invalid-request', message: expect.stringContaining('role is not allowed') });
    expect(operationsOf(emulator)).toEqual(['StartSession', 'ListSessions', 'DescribeCluster', 'ListSessions']);
  });

  it('that is full, as 1000 live sessions show, is a quota', async () => {
    const { provider, emulator } = await bench();
    const body = JSON.stringify({ ClusterId: 'j-EMULATED1', Name: 'one of many' });
    const headers = { 'x-amz-target': 'ElasticMapReduce.StartSession' };
    for (let count = 0; count < 1_000; count += 50) {
      await Promise.all(Array.from({ length: 50 }, () => fetch(emulator.urls.emr, { method: 'POST', headers, body })));
    }
    const error = await failureOf(provider.start(request(), unlimited()));
    expect(error).toMatchObject({ kind: 'quota-exceeded', effect: 'none', native: { httpStatus: 400 } });
    expect(error.message).toMatch(/cluster j-EMULATED1 has its 1000 sessions/);
  }, 60_000);

  it('ends its sessions with it, with the reason that GetSession gives', async ({ emulator, provider, handle }) => {
    emulator.advance(5_000);
    await terminateCluster(emulator);
    expect(await provider.describe(handle, unlimited())).toMatchObject({
      nativeState: 'TERMINATING',
      reason: 'Cluster j-EMULATED1 was terminated.',
    });
    emulator.advance(5_000);
    expect(await provider.describe(handle, unlimited())).toMatchObject({
      nativeState: 'TERMINATED',
      final: true,
      reason: 'Cluster j-EMULATED1 was terminated.',
    });
    expect(operationsOf(emulator)).not.toContain('DescribeCluster');
    expect(emulator.oracle.live()).toEqual([]);
  });

  it('explains the end of a session that has no reason', async () => {
    const { emulator, provider } = await bench({}, { emr: { stateChangeReasons: 'never' } });
    const { handle } = await provider.start(request(), unlimited());
    emulator.advance(5_000);
    await terminateCluster(emulator);
    emulator.advance(5_000);
    expect(await provider.describe(handle, unlimited())).toMatchObject({
      final: true,
      reason: 'cluster j-EMULATED1 is TERMINATED (USER_REQUEST: Terminated by user request)',
    });
    emulator.faults.add({
      kind: 'error',
      code: 'AccessDeniedException',
      httpStatus: 400,
      operation: 'DescribeCluster',
    });
    expect(await provider.describe(handle, unlimited())).not.toHaveProperty('reason');
  });

  it('gives no reason to a session that ends alone', async () => {
    const { emulator, provider } = await bench({}, { emr: { stateChangeReasons: 'never' } });
    const { handle } = await provider.start(request(), unlimited());
    await provider.terminate(handle, unlimited());
    emulator.advance(5_000);
    const seen = await provider.describe(handle, unlimited());
    expect(seen).toMatchObject({ final: true });
    expect(seen).not.toHaveProperty('reason');
  });
});

describe('a session that EMR refuses to describe', () => {
  it.each(['InvalidRequestException', 'ResourceNotFoundException'] as const)(
    'is gone when the complete list does not show it (%s)',
    async (unknownSessionCode) => {
      const { emulator, provider } = await bench({}, { emr: { unknownSessionCode } });
      const { handle } = await provider.start(request(), unlimited());
      const unknown = { ...handle, id: 'is-0000000000AAA' };
      expect(await failureOf(provider.describe(unknown, unlimited()))).toMatchObject({ kind: 'not-found' });
      expect(operationsOf(emulator).slice(-2)).toEqual(['GetSession', 'ListSessions']);
    },
  );

  it('lives when the list shows it, and the refusal stands when there is no list', async ({
    emulator,
    provider,
    handle,
  }) => {
    const refusal = { kind: 'error', code: 'InvalidRequestException', httpStatus: 400 } as const;
    emulator.faults.add({ ...refusal, operation: 'GetSession' });
    expect(await provider.describe(handle, unlimited())).toMatchObject({ handle, state: 'creating' });
    emulator.faults.add({ ...refusal, operation: 'GetSession' }, { ...refusal, operation: 'ListSessions' });
    expect(await failureOf(provider.describe(handle, unlimited()))).toMatchObject({ kind: 'invalid-request' });
  });
});

describe('ending on emr-ec2', () => {
  it.each(['ok', 'InvalidRequestException'] as const)(
    'terminating what has ended succeeds, whatever the service answers (%s)',
    async (terminateEnded) => {
      const { emulator, provider } = await bench({}, { emr: { terminateEnded } });
      const { handle } = await provider.start(request(), unlimited());
      await provider.terminate(handle, unlimited());
      emulator.advance(10_000);
      expect(await provider.terminate(handle, unlimited())).toMatchObject({ state: 'terminated', final: true });
    },
  );

  it('reports the state in the answer', async ({ emulator, provider, handle }) => {
    expect(await provider.terminate(handle, unlimited())).toMatchObject({ nativeState: 'TERMINATING', final: false });
    expect(operationsOf(emulator).at(-1)).toBe('TerminateSession');
  });
});

describe('listing on emr-ec2', () => {
  it('asks for live states by name, in pages of 100', async ({ emulator, provider }) => {
    await listAll(provider);
    expect(lastInput(emulator, 'ListSessions')).toEqual({
      ClusterId: 'j-EMULATED1',
      SessionStates: ['SUBMITTED', 'STARTING', 'STARTED', 'IDLE', 'BUSY', 'TERMINATING'],
      MaxResults: 100,
    });
  });

  it('drops what was created earlier than asked for', async ({ provider, handle }) => {
    const { createdAtMs = Number.NaN } = (await provider.describe(handle, unlimited())).details;
    expect(await listAll(provider, { createdAfterMs: createdAtMs })).toHaveLength(1);
    expect(await listAll(provider, { createdAfterMs: createdAtMs + 1 })).toHaveLength(0);
  });

  it('makes no call for failed sessions, of which none lives', async ({ emulator, provider }) => {
    expect(await listAll(provider, { states: ['failed'] })).toEqual([]);
    expect(emulator.log()).toEqual([]);
  });

  it('shows what describe shows', async ({ provider, handle, emulator }) => {
    emulator.advance(5_000);
    const [listed] = await listAll(provider);
    expect(listed).toEqual(await provider.describe(handle, unlimited()));
  });
});

describe('the endpoint of emr-ec2', () => {
  it.each([
    ['token', ['x-aws-proxy-auth', 'authorization']],
    ['username-password', ['authorization', 'x-emr-username', 'x-emr-password']],
    ['both', ['x-aws-proxy-auth', 'authorization', 'x-emr-username', 'x-emr-password']],
  ] as const)('has the credentials in the form %s, and a time', async (credentials, names) => {
    const { clock, provider } = await bench({}, { emr: { credentials } });
    const { handle } = await provider.start(request(), unlimited());
    await clock.advance(3_000);
    const endpoint = await provider.endpoint?.(handle, unlimited());
    expect(Object.keys(endpoint?.metadata ?? {})).toEqual(names);
    expect(endpoint?.metadata['authorization']).toBe(handle.id);
    expect(endpoint?.expiresAtMs).toBe(clock.nowMs() + 3_600_000);
  });

  it('is refused with what is wrong: not ready, ended, or unknown', async ({ emulator, provider, handle }) => {
    expect(await failureOf(provider.endpoint?.(handle, unlimited()))).toMatchObject({
      kind: 'conflict',
      message: expect.stringContaining('STARTING') as string,
    });
    await provider.terminate(handle, unlimited());
    emulator.advance(5_000);
    expect(await failureOf(provider.endpoint?.(handle, unlimited()))).toMatchObject({
      kind: 'session-failed',
      observation: { state: 'terminated' },
    });
    const unknown = { ...handle, id: 'is-0000000000AAA' };
    expect(await failureOf(provider.endpoint?.(unknown, unlimited()))).toMatchObject({
      kind: 'not-found',
      operation: 'endpoint',
    });
  });

  it('may be missing in STARTED, which is a session that is not ready', async () => {
    const { emulator, provider } = await bench({}, { emr: { startedMs: 5_000 } });
    const { handle } = await provider.start(request(), unlimited());
    emulator.advance(1_500);
    expect(await provider.describe(handle, unlimited())).toMatchObject({ nativeState: 'STARTED', state: 'ready' });
    expect(await failureOf(provider.endpoint?.(handle, unlimited()))).toMatchObject({
      kind: 'conflict',
      message: expect.stringContaining('is STARTED; wait until it is ready') as string,
    });
    emulator.advance(5_000);
    expect(await provider.endpoint?.(handle, unlimited())).toMatchObject({ host: '127.0.0.1' });
  });

  it('has no dashboard: no answer about a session has a link', async ({ provider }) => {
    expect(provider.capabilities.dashboard).toBe(false);
    expect(provider.dashboard).toBeUndefined();
  });
});
