import { describe, expect, onTestFinished, vi } from 'vitest';
import type { SessionProvider } from '../../../src/contract/session-provider.ts';
import type { Emulator, EmulatorOptions } from '../../../src/emulator/index.ts';
import { failureOf } from '../../failure-of.ts';
import { benchTest, lastInput, listAll, openBench, operationsOf, request, ROLE } from '../_aws/bench.ts';
import { TEST_CREDENTIALS, unlimited } from './emulated-subject.ts';

const it = benchTest('athena');
const bench = (options: Readonly<Record<string, unknown>> = {}, emulator: EmulatorOptions = {}) =>
  openBench('athena', options, emulator);

describe('starting on athena', () => {
  it('says on the wire what was asked for, rounded up, with a token of ours', async () => {
    const { emulator, provider } = await bench({ executionRoleArn: ROLE });
    const asked = request({ name: 'nightly', idleTimeoutMs: 60_001, labels: { team: 'data' } });
    const started = await provider.start(asked, unlimited());
    expect(lastInput(emulator, 'StartSession')).toEqual({
      WorkGroup: 'spark35',
      ClientRequestToken: asked.token,
      Description: `nightly anysession:tests:${asked.token}`,
      SessionIdleTimeoutInMinutes: 2,
      ExecutionRole: ROLE,
      Tags: [{ Key: 'team', Value: 'data' }],
      EngineConfiguration: {},
    });
    const seen = await provider.describe(started.handle, unlimited());
    expect(seen.details).toMatchObject({
      name: 'nightly',
      ownership: { owner: 'tests', token: asked.token },
      idleTimeoutMs: 120_000,
      engineVersion: 'Apache Spark version 3.5',
    });
  });

  it('tunes Spark 3.5 by classifications: size gives way to the options, these to the request, and that to native', async () => {
    const { emulator, provider } = await bench({
      classifications: [
        { name: 'spark-defaults', properties: { 'spark.a': 'options', 'spark.b': 'options', 'spark.c': 'options' } },
        { name: 'spark-log4j2', properties: { level: 'info' } },
      ],
    });
    await provider.start(
      request({
        size: 'medium',
        sparkConf: { 'spark.b': 'request', 'spark.c': 'request' },
        native: {
          EngineConfiguration: { Classifications: [{ Name: 'spark-defaults', Properties: { 'spark.c': 'native' } }] },
        },
      }),
      unlimited(),
    );
    // The log of the emulator masks values, so the session tells.
    const raw = await rawSession(emulator);
    expect(raw.EngineConfiguration).toEqual({
      Classifications: [
        {
          Name: 'spark-defaults',
          Properties: {
            'spark.dynamicAllocation.maxExecutors': '8',
            'spark.a': 'options',
            'spark.b': 'request',
            'spark.c': 'native',
          },
        },
        { Name: 'spark-log4j2', Properties: { level: 'info' } },
      ],
    });
  });

  it('tunes PySpark 3 by DPUs and properties, and serves a notebook', async () => {
    const { emulator, provider } = await bench({
      workgroup: 'pyspark3',
      engine: 'pyspark-v3',
      notebookId: '0a0a0a0a-0000-4000-8000-000000000000',
      notebookVersion: 'Athena notebook version 1',
    });
    await provider.start(
      request({
        size: 'medium',
        sparkConf: { 'spark.a': '1' },
        native: { EngineConfiguration: { MaxConcurrentDpus: 7, SparkProperties: { 'spark.b': '2' } } },
      }),
      unlimited(),
    );
    const raw = await rawSession(emulator);
    expect(raw).toMatchObject({
      NotebookVersion: 'Athena notebook version 1',
      EngineConfiguration: {
        CoordinatorDpuSize: 1,
        DefaultExecutorDpuSize: 1,
        MaxConcurrentDpus: 7,
        SparkProperties: { 'spark.a': '1', 'spark.b': '2' },
        AdditionalConfigs: { NotebookId: '0a0a0a0a-0000-4000-8000-000000000000' },
      },
    });
  });

  it('reads the workgroup once, shared by starts at the same time; a failed read is not kept', async () => {
    const { emulator, provider } = await bench({ workgroup: 'pyspark3' }, { athena: { pyspark3DpuQuota: 1_000 } });
    emulator.faults.add({ kind: 'server-error', operation: 'GetWorkGroup' });
    const failed = await failureOf(provider.start(request(), unlimited()));
    expect(failed).toMatchObject({ kind: 'unavailable', operation: 'start', effect: 'none' });
    await Promise.all([1, 2, 3].map(() => provider.start(request(), unlimited())));
    await provider.start(request(), unlimited());
    const operations = operationsOf(emulator);
    expect(operations.filter((operation) => operation === 'GetWorkGroup')).toHaveLength(2);
    expect(operations.filter((operation) => operation === 'StartSession')).toHaveLength(4);
    expect((await rawSession(emulator)).EngineConfiguration).toMatchObject({ MaxConcurrentDpus: 4 });
  });

  it('lets one of several starts go without taking the read of the workgroup from the others', async ({
    emulator,
    provider,
  }) => {
    const controller = new AbortController();
    emulator.faults.add({ kind: 'slow', delayMs: 0, operation: 'GetWorkGroup' });
    const impatient = failureOf(provider.start(request(), { ...unlimited(), signal: controller.signal }));
    const patient = provider.start(request(), unlimited());
    controller.abort();
    expect(await impatient).toMatchObject({ kind: 'aborted', effect: 'none' });
    expect((await patient).state).toBe('creating');
    expect(emulator.oracle.sessions()).toHaveLength(1);
  });

  it('never reads the workgroup where the engine is configured', async () => {
    const { emulator, provider } = await bench({ engine: 'spark-3.5' });
    await provider.start(request(), unlimited());
    expect(operationsOf(emulator)).toEqual(['StartSession']);
  });

  it('calls the quota of DPUs a quota, which nobody retries', async ({ provider }) => {
    await provider.start(request(), unlimited());
    await provider.start(request(), unlimited());
    const error = await failureOf(provider.start(request(), unlimited()));
    expect(error).toMatchObject({ kind: 'quota-exceeded', native: { code: 'TooManyRequestsException' } });
  });
});

describe('what only athena can refuse comes back as one clear error', () => {
  it('a workgroup for SQL', async () => {
    const { provider, another, emulator } = await bench({ workgroup: 'sql' });
    const error = await failureOf(provider.start(request(), unlimited()));
    expect(error).toMatchObject({ kind: 'invalid-request', effect: 'none' });
    expect(error.message).toMatch(/runs Athena SQL .* choose a Spark-enabled workgroup/);
    const blind = another({ workgroup: 'sql', engine: 'spark-3.5' });
    expect((await failureOf(blind.start(request(), unlimited()))).message).toMatch(/is not Spark.*`engine`/);
    expect(await failureOf(blind.listPage({}, undefined, unlimited()))).toMatchObject({ kind: 'invalid-request' });
    expect(emulator.oracle.sessions()).toEqual([]);
  });

  it('a workgroup that is not there', async ({ another }) => {
    const blind = another({ workgroup: 'nowhere', engine: 'spark-3.5' });
    expect(await failureOf(blind.start(request(), unlimited()))).toMatchObject({
      kind: 'not-found',
      operation: 'start',
    });
    expect(await failureOf(blind.listPage({}, undefined, unlimited()))).toMatchObject({ kind: 'not-found' });
    const auto = another({ workgroup: 'nowhere' });
    expect(await failureOf(auto.start(request(), unlimited()))).toMatchObject({ kind: 'invalid-request' });
  });

  it('options of the other engine', async ({ another }) => {
    const notebook = another({ notebookId: 'n', notebookVersion: 'v' });
    expect((await failureOf(notebook.start(request(), unlimited()))).message).toMatch(/runs Spark 3\.5/);
    const classified = another({ workgroup: 'pyspark3', classifications: [] });
    expect((await failureOf(classified.start(request(), unlimited()))).message).toMatch(/runs PySpark 3/);
  });

  it('another region', async () => {
    const { another } = await bench({}, { signature: 'checked' });
    const elsewhere = another({ region: 'eu-west-1', engine: 'spark-3.5' });
    const error = await failureOf(elsewhere.start(request(), unlimited()));
    expect(error).toMatchObject({ kind: 'unauthenticated', native: { code: 'InvalidSignatureException' } });
    expect(error.message).toMatch(/`region`/);
  });

  it('expired and missing credentials, and a function that fails', async ({ emulator, provider, another }) => {
    emulator.faults.add({ kind: 'error', code: 'ExpiredTokenException', httpStatus: 400, operation: 'ListSessions' });
    expect(await failureOf(provider.listPage({}, undefined, unlimited()))).toMatchObject({ kind: 'unauthenticated' });
    const broken = another({ credentials: () => Promise.reject(new Error('the vault is sealed')) });
    const error = await failureOf(broken.start(request(), unlimited()));
    expect(error).toMatchObject({ kind: 'unauthenticated', effect: 'none' });
    expect(error.message).toContain('the vault is sealed');
    for (const keys of [undefined, {}, { accessKeyId: 'AKIDTEST', secretAccessKey: '' }]) {
      const keyless = another({ credentials: () => Promise.resolve(keys) });
      const { kind, message } = await failureOf(keyless.listPage({}, undefined, unlimited()));
      expect([kind, message]).toEqual(['unauthenticated', expect.stringContaining('returned no accessKeyId')]);
    }
  });

  it('a machine without any credentials, and a profile that is not there', async ({ another }) => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
    for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) vi.stubEnv(name, '/dev/null');
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    try {
      for (const options of [{}, { profile: 'nobody' }]) {
        const provider = another({ engine: 'spark-3.5', credentials: undefined, ...options });
        const error = await failureOf(provider.start(request(), unlimited()));
        expect(error).toMatchObject({ kind: 'unauthenticated', effect: 'none' });
        expect(error.message).toMatch(/could not get AWS credentials: .*aws sso login/);
      }
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('an address that speaks no TLS', async ({ emulator, another }) => {
    const provider = another({ engine: 'spark-3.5', endpoint: emulator.urls.athena.replace('http:', 'https:') });
    const error = await failureOf(provider.start(request(), unlimited()));
    expect(error).toMatchObject({ kind: 'config-invalid', effect: 'none' });
    expect(error.message).toMatch(/`endpoint`/);
  });
});

describe('states of athena', () => {
  it('CREATED on Spark 3.5 is ready once there is an endpoint; only describe asks for it', async ({
    emulator,
    provider,
    handle,
  }) => {
    emulator.advance(850);
    const seen = await provider.describe(handle, unlimited());
    expect(seen).toMatchObject({ nativeState: 'CREATED', state: 'ready', acceptsWork: true });
    const asked = emulator.log().length;
    expect(await listAll(provider)).toMatchObject([{ nativeState: 'CREATED', state: 'creating', acceptsWork: false }]);
    expect(operationsOf(emulator).slice(asked)).not.toContain('GetSessionEndpoint');
  });

  it.each(['error', 'empty'] as const)(
    'CREATED without an endpoint (%s) is still being created',
    async (endpointBeforeReady) => {
      const { emulator, provider } = await bench({}, { athena: { endpointFrom: 'IDLE', endpointBeforeReady } });
      const { handle } = await provider.start(request(), unlimited());
      emulator.advance(850);
      expect(await provider.describe(handle, unlimited())).toMatchObject({ nativeState: 'CREATED', state: 'creating' });
      expect(await failureOf(provider.endpoint?.(handle, unlimited()))).toMatchObject({
        kind: 'conflict',
        operation: 'endpoint',
      });
    },
  );

  it('CREATED on PySpark 3 is being created, and nobody asks for an endpoint', async () => {
    const { emulator, provider } = await bench({ workgroup: 'pyspark3' });
    const { handle } = await provider.start(request(), unlimited());
    emulator.advance(850);
    expect(await provider.describe(handle, unlimited())).toMatchObject({ nativeState: 'CREATED', state: 'creating' });
    expect(operationsOf(emulator)).not.toContain('GetSessionEndpoint');
  });

  it('a degraded session is failed, listed, and holds its DPUs until it is terminated', async ({
    emulator,
    provider,
    handle,
  }) => {
    emulator.advance(2_000);
    emulator.faults.add({
      kind: 'session-becomes',
      operation: 'GetSession',
      state: 'DEGRADED',
      reason: 'No coordinator.',
    });
    await provider.describe(handle, unlimited());
    const seen = await provider.describe(handle, unlimited());
    expect(seen).toMatchObject({ state: 'failed', final: false, acceptsWork: false, reason: 'No coordinator.' });
    expect(await listAll(provider)).toEqual([expect.objectContaining({ nativeState: 'DEGRADED', state: 'failed' })]);
    await provider.terminate(handle, unlimited());
    expect(await listAll(provider)).toEqual([expect.objectContaining({ nativeState: 'TERMINATING' })]);
    emulator.advance(2_000);
    expect(await provider.describe(handle, unlimited())).toMatchObject({ state: 'terminated', final: true });
    expect(await listAll(provider)).toEqual([]);
  });

  it('a failed session has a reason even where athena gives none (C-016)', async ({ emulator, provider }) => {
    emulator.faults.add({ kind: 'session-becomes', state: 'FAILED' });
    const { handle } = await provider.start(request(), unlimited());
    const seen = await provider.describe(handle, unlimited());
    expect(seen).toMatchObject({ state: 'failed', final: true, reason: 'Athena gave no reason' });
    expect(seen.sinceMs).toBe(seen.details.endedAtMs);
  });

  it('a session that is gone was never there (C-031)', async ({ emulator, provider }) => {
    emulator.faults.add({ kind: 'session-vanishes' });
    const { handle } = await provider.start(request(), unlimited());
    expect(await failureOf(provider.describe(handle, unlimited()))).toMatchObject({ kind: 'not-found', handle });
    expect(await provider.terminate(handle, unlimited())).toMatchObject({ state: 'terminated', final: true });
  });

  it('a session of another workgroup is not found here', async () => {
    const { another, provider } = await bench({ workgroup: 'pyspark3' });
    const { handle } = await provider.start(request(), unlimited());
    const here = another({});
    const error = await failureOf(here.describe({ ...handle, scope: here.scope }, unlimited()));
    expect(error).toMatchObject({ kind: 'not-found' });
    expect(error.message).toContain("is in workgroup 'pyspark3'");
  });
});

describe('endpoint and dashboard of athena', () => {
  it('refuses with what is wrong: not ready, ended, unknown, or an engine without one', async ({
    emulator,
    provider,
    another,
    handle,
  }) => {
    const endpoint = (of: SessionProvider, at = handle) => failureOf(of.endpoint?.(at, unlimited()));
    expect(await endpoint(provider)).toMatchObject({ kind: 'conflict', message: expect.stringContaining('CREATING') });
    await provider.terminate(handle, unlimited());
    expect(await endpoint(provider)).toMatchObject({ kind: 'session-failed', observation: { state: 'terminated' } });
    expect(await endpoint(provider, { ...handle, id: 'nobody' })).toMatchObject({
      kind: 'not-found',
      operation: 'endpoint',
    });
    const old = another({ workgroup: 'pyspark3' });
    const { handle: oldHandle } = await old.start(request(), unlimited());
    emulator.advance(2_000);
    expect(await endpoint(old, oldHandle)).toMatchObject({
      kind: 'unsupported',
      retry: 'permanent',
      message: expect.stringContaining('engine: pyspark-v3'),
    });
  });

  it('finds the account in the configured role, else in that of the workgroup, which it reads once', async () => {
    const { emulator, provider, another } = await bench({ engine: 'spark-3.5' });
    const { handle } = await provider.start(request(), unlimited());
    for (let look = 0; look < 2; look++) {
      const dashboard = await provider.dashboard?.(handle, unlimited());
      expect(dashboard?.url).toContain(handle.id);
    }
    expect(emulator.log().filter(({ operation }) => operation === 'GetWorkGroup')).toHaveLength(1);
    const told = another({ executionRoleArn: ROLE });
    await told.dashboard?.(handle, unlimited());
    expect(emulator.log().filter(({ operation }) => operation === 'GetWorkGroup')).toHaveLength(1);
    expect(lastInput(emulator, 'GetResourceDashboard')).toEqual({
      ResourceARN: `arn:aws:athena:us-east-1:123456789012:workgroup/spark35/session/${handle.id}`,
    });
  });
});

describe('listing on athena', () => {
  it('asks for one state by its name and filters several itself', async ({ emulator, provider, handle }) => {
    emulator.advance(2_000);
    emulator.setBusy(handle.id, true);
    const young = await provider.start(request(), unlimited());
    const ids = async (...states: ('creating' | 'ready' | 'busy' | 'failed' | 'terminated')[]) =>
      (await listAll(provider, { states })).map((each) => each.handle.id);
    expect(await ids('busy')).toEqual([handle.id]);
    expect(lastInput(emulator, 'ListSessions')).toMatchObject({ StateFilter: 'BUSY', MaxResults: 100 });
    expect(await ids('creating')).toEqual([young.handle.id]);
    // Sessions that start are listed state by state: the workgroup may have many that run.
    expect(lastInput(emulator, 'ListSessions')).toMatchObject({ StateFilter: 'CREATED' });
    expect((await ids('creating', 'busy')).sort()).toEqual([handle.id, young.handle.id].sort());
    expect(await ids('ready', 'failed', 'terminated')).toEqual([]);
    expect(await ids()).toEqual([]);
  });

  it('shows sessions of others without an owner', async ({ emulator, provider }) => {
    await (await rawClient(emulator)).start({ WorkGroup: 'spark35', EngineConfiguration: {}, Description: 'by hand' });
    const [seen] = await listAll(provider);
    expect(seen?.details).toMatchObject({ name: 'by hand' });
    expect(seen?.details.ownership).toBeUndefined();
  });
});

/** The SDK as its documentation shows it, to look past the provider. */
async function rawClient(emulator: Emulator) {
  const sdk = await import('@aws-sdk/client-athena');
  const client = new sdk.AthenaClient({
    region: 'us-east-1',
    endpoint: emulator.urls.athena,
    credentials: TEST_CREDENTIALS,
  });
  onTestFinished(() => client.destroy());
  return {
    get: (SessionId: string) => client.send(new sdk.GetSessionCommand({ SessionId })),
    start: (input: ConstructorParameters<typeof sdk.StartSessionCommand>[0]) =>
      client.send(new sdk.StartSessionCommand(input)),
  };
}

async function rawSession(emulator: Emulator) {
  const id = emulator.oracle.sessions().at(-1)?.id ?? '';
  return (await rawClient(emulator)).get(id);
}
