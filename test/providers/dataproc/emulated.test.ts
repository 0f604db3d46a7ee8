import { describe, expect, it } from 'vitest';
import type { DataprocSessionNative } from '../../../providers/dataproc/index.ts';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import type { EmulatorOptions } from '../../../src/emulator/emulator-options.ts';
import { failureOf } from '../../failure-of.ts';
import { openBench, request } from '../_aws/bench.ts';
import { unlimited } from '../athena/emulated-subject.ts';
import { optionsFor, TRANSPORTS } from './dataproc-subject.ts';

function inputs(emulator: Emulator, operation: string): readonly unknown[] {
  return emulator
    .log()
    .filter((record) => record.operation === operation)
    .map(({ input }) => input);
}

const CPUS = "Insufficient 'CPUS' quota. Requested 24.0, available 8.0.";
const DISKS = "Quota 'DISKS_TOTAL_GB' exceeded. Limit: 4096.0 in region us-central1.";
const ADDRESSES =
  "Multiple validation errors:\n - Insufficient 'IN_USE_ADDRESSES' quota. Requested 3.0, available 2.0.";
const CALLS =
  "Quota exceeded for quota metric 'Session Operation Requests' and limit 'SessionOperationRequestsPerMinutePerProjectPerRegion'.";

describe.each(TRANSPORTS)('dataproc over %s', (transport) => {
  const setUp = async (options: Readonly<Record<string, unknown>> = {}, emulatorOptions: EmulatorOptions = {}) => {
    const bench = await openBench('dataproc', {}, emulatorOptions);
    return { ...bench, provider: bench.another({ ...optionsFor(bench.emulator, transport), ...options }) };
  };

  it('says on the wire what was asked for, rounded up, under the name of the token', async () => {
    const { emulator, provider } = await setUp({
      template: 'nightly',
      runtimeVersion: '3.0',
      subnetwork: 'default',
      serviceAccount: 'spark@emulated-project.iam.gserviceaccount.com',
    });
    const asked = request({
      name: 'Nightly report',
      idleTimeoutMs: 600_001,
      maxLifetimeMs: 7_200_000,
      labels: { team: 'data' },
      size: 'small',
      sparkConf: { 'spark.sql.shuffle.partitions': '8' },
    });
    const { details } = await provider.start(asked, unlimited());
    // The emulator's log hides the values of properties: they may be secrets.
    expect((details.native as DataprocSessionNative).runtimeConfig?.properties).toEqual({
      'spark.app.name': 'Nightly report',
      'spark.dynamicAllocation.maxExecutors': '2',
      'spark.sql.shuffle.partitions': '8',
    });
    expect(inputs(emulator, 'CreateSession')[0]).toMatchObject({
      parent: 'projects/emulated-project/locations/us-central1',
      sessionId: asked.token,
      requestId: asked.token,
      session: {
        sparkConnectSession: {},
        labels: { team: 'data', 'anysession-owner': 'tests' },
        sessionTemplate: 'projects/emulated-project/locations/us-central1/sessionTemplates/nightly',
        runtimeConfig: { version: '3.0' },
        environmentConfig: {
          executionConfig: {
            subnetworkUri: 'default',
            serviceAccount: 'spark@emulated-project.iam.gserviceaccount.com',
            idleTtl: '601s',
            ttl: '7200s',
          },
        },
      },
    });
  });

  it('tells every field of the session, and is ready only once the endpoint is there', async () => {
    const { provider, clock } = await setUp({}, { startupMs: 1_000, dataproc: { endpointLagMs: 500 } });
    const asked = request({ name: 'nightly', labels: { team: 'data' } });
    const { handle } = await provider.start(asked, unlimited());
    await clock.advance(1_200);
    const early = await provider.describe(handle, unlimited());
    expect(early).toMatchObject({ nativeState: 'ACTIVE', state: 'creating', acceptsWork: false });
    await clock.advance(500);
    const seen = await provider.describe(handle, unlimited());
    expect(seen).toMatchObject({ nativeState: 'ACTIVE', state: 'ready', acceptsWork: true, final: false });
    expect(seen.details).toMatchObject({
      name: 'nightly',
      creator: 'emulated@example.com',
      idleTimeoutMs: 600_000,
      maxLifetimeMs: 86_400_000,
      labels: { team: 'data' },
      engineVersion: '3.0',
      ownership: { owner: 'tests', token: asked.token },
      history: [{ nativeState: 'CREATING', sinceMs: seen.details.createdAtMs }],
    });
    expect(seen.details.startedAtMs).toBe(seen.sinceMs);
    const native = seen.details.native as DataprocSessionNative;
    expect(native).toMatchObject({ user: 'emulated@example.com', sessionType: 'spark-connect' });
    expect(native.uuid).toMatch(/^[0-9a-f-]{36}$/);
    expect(native.endpoints['Spark Connect Server']).toMatch(/^sc:\/\/127\.0\.0\.1:\d+$/);
  });

  it('is ready without an endpoint when it is a Jupyter session', async () => {
    const { provider, clock } = await setUp(
      { sessionType: 'jupyter' },
      { startupMs: 1_000, dataproc: { endpointLagMs: 60_000 } },
    );
    const { handle } = await provider.start(request({ name: 'notebook' }), unlimited());
    await clock.advance(1_200);
    const seen = await provider.describe(handle, unlimited());
    expect(seen).toMatchObject({ state: 'ready' });
    expect(seen.details.native).toMatchObject({ sessionType: 'jupyter', jupyter: { displayName: 'notebook' } });
  });

  it('waits until a session that is being created, or shown as it was, really ends', async () => {
    const { emulator, provider, settle } = await setUp(
      {},
      { startupMs: 90_000, dataproc: { activeAfterTerminateMs: 3_000, terminatingMs: 5_000 } },
    );
    const { handle } = await provider.start(request(), unlimited());
    const ended = await settle(provider.terminate(handle, unlimited()));
    expect(ended).toMatchObject({ nativeState: 'TERMINATING', state: 'terminated', final: false });
    expect(emulator.oracle.live()).toHaveLength(1);
    // Rejected while the session was created, then accepted once; the rest were polls.
    expect(inputs(emulator, 'TerminateSession')).toHaveLength(2);
  });

  it('gives up waiting at the deadline, and says that the end is not sure', async () => {
    const { provider, clock, settle } = await setUp({}, { startupMs: 600_000 });
    const { handle } = await provider.start(request(), unlimited());
    const error = await settle(
      failureOf(provider.terminate(handle, { ...unlimited(), deadline: clock.monotonicMs() + 20_000 })),
    );
    expect(error).toMatchObject({ kind: 'timeout', effect: 'unknown' });
  });

  it.each([CPUS, DISKS, ADDRESSES])('a start that fails later for %j has reached a quota', async (reason) => {
    for (const hasRecord of [true, false]) {
      const { emulator, provider, clock } = await setUp();
      emulator.faults.add({ kind: 'session-becomes', operation: 'CreateSession', state: 'FAILED', reason });
      if (!hasRecord)
        emulator.faults.add({ kind: 'error', operation: 'GetSession', code: 'NOT_FOUND', httpStatus: 404 });
      const started = await provider.start(request(), unlimited());
      await clock.advance(10);
      const seen = started.state === 'failed' ? started : await provider.describe(started.handle, unlimited());
      expect(seen).toMatchObject({ state: 'failed', failureKind: 'quota-exceeded' });
      expect(seen.reason).toContain(reason);
    }
  });

  it('shows the end of a session that failed, with the reason, and lists it no longer', async () => {
    const { emulator, provider, clock } = await setUp();
    emulator.faults.add({ kind: 'session-becomes', operation: 'CreateSession', state: 'FAILED', reason: 'No quota.' });
    const { handle } = await provider.start(request(), unlimited());
    await clock.advance(10);
    const seen = await provider.describe(handle, unlimited());
    expect(seen).toMatchObject({ state: 'failed', final: true, reason: 'No quota.' });
    expect((await provider.listPage({}, undefined, unlimited())).observations).toEqual([]);
  });

  it('shows a session whose record is not there, because its operation failed, as failed', async () => {
    const { emulator, provider } = await setUp();
    emulator.faults.add({ kind: 'session-becomes', operation: 'CreateSession', state: 'FAILED', reason: 'No quota.' });
    emulator.faults.add({ kind: 'error', operation: 'GetSession', code: 'NOT_FOUND', httpStatus: 404 });
    const started = await provider.start(request(), unlimited());
    expect(['failed', 'creating']).toContain(started.state);
    expect(inputs(emulator, 'GetOperation')).toHaveLength(1);
  });

  describe('when its name is taken', () => {
    const ended = async (options: Readonly<Record<string, unknown>> = {}) => {
      const made = await setUp(options, { startupMs: 1_000 });
      const asked = request();
      const first = await made.provider.start(asked, unlimited());
      await made.clock.advance(2_000);
      await made.settle(made.provider.terminate(first.handle, unlimited()));
      await made.clock.advance(2_000);
      return { ...made, asked };
    };

    it('answers with the session that ended under it', async () => {
      const { emulator, provider, asked } = await ended();
      const again = await provider.start(asked, unlimited());
      expect(again).toMatchObject({ state: 'terminated', final: true, details: { ownership: { token: asked.token } } });
      expect(emulator.oracle.sessions()).toHaveLength(1);
    });

    it('removes the record and starts afresh where that is asked for, once for all who ask', async () => {
      const { emulator, provider, asked, settle } = await ended({ deleteRecord: true });
      const both = Promise.all([provider.start(asked, unlimited()), provider.start(asked, unlimited())]);
      const [one, two] = await settle(both);
      expect([one.state, two.state]).toEqual(['creating', 'creating']);
      expect(emulator.oracle.live()).toHaveLength(1);
      expect(emulator.oracle.sessions()).toHaveLength(2);
    });

    it('is a conflict that names the session when somebody else has it', async () => {
      const { emulator, provider } = await setUp();
      const asked = request();
      await provider.start({ ...asked, owner: 'others' }, unlimited());
      const error = await failureOf(provider.start({ ...asked }, unlimited()));
      expect(error).toMatchObject({ kind: 'conflict', operation: 'start', handle: { id: asked.token } });
      expect(error.message).toContain('taken by a session of others');
      expect(emulator.oracle.live()).toHaveLength(1);
    });
  });

  it.each([
    [{ labels: { Team: 'data' } }, /the label 'Team'/],
    [{ labels: { team: 'The Data Team' } }, /the value 'The Data Team'/],
    [{ labels: { 'anysession-owner': 'me' } }, /reserved for anysession/],
    [{ labels: { 'anysession-lifetime-ms': '1' } }, /reserved for anysession/],
    [{ labels: Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`l${i}`, ''])) }, /30 are allowed/],
    [{ owner: '_me_' }, /the owner '_me_'/],
    [{ native: 'text' }, /must be a map/],
    [{ native: { runtimeConfiguration: {} } }, /runtimeConfiguration.* there are .*runtimeConfig,/],
    [{ native: { uuid: 'x' } }, /uuid/],
    [{ native: { environmentConfig: 'text' } }, /environmentConfig.*a map/],
    [{ native: { labels: {} } }, /use labels instead/],
    [{ native: { environmentConfig: { executionConfig: { ttl: { seconds: 1 } } } } }, /maxLifetimeMs/],
  ] as const)('refuses %j before any I/O', async (overrides, words) => {
    const { emulator, provider } = await setUp();
    const error = await failureOf(provider.start(request(overrides), unlimited()));
    expect(error).toMatchObject({ kind: 'invalid-request', effect: 'none' });
    expect(error.message).toMatch(words);
    expect(emulator.log()).toEqual([]);
  });

  it.each([
    ['a ttl outside the range', { idleTimeoutMs: 1_000 }, {}, undefined, 'invalid-request', /10 minutes/],
    ['a region that does not exist', {}, { region: 'mars-north1' }, undefined, 'invalid-request', /mars-north1/],
    ['the API disabled', {}, {}, ['PERMISSION_DENIED', 403], 'forbidden', /API is enabled/],
    ['no credentials', {}, {}, ['UNAUTHENTICATED', 401], 'unauthenticated', /gcloud auth/],
    ['too many calls', {}, {}, ['RESOURCE_EXHAUSTED', 429, CALLS], 'rate-limited', /call less often/],
    ['no CPUs left', {}, {}, ['INVALID_ARGUMENT', 400, CPUS], 'quota-exceeded', /Requested 24.0, available 8.0.*raise/],
    ['no disks left', {}, {}, ['RESOURCE_EXHAUSTED', 429, DISKS], 'quota-exceeded', /DISKS_TOTAL_GB.*raise/],
    ['no addresses left', {}, {}, ['ABORTED', 409, ADDRESSES], 'quota-exceeded', /IN_USE_ADDRESSES.*raise/],
    ['a request the service refuses', {}, {}, ['FAILED_PRECONDITION', 400], 'invalid-request', /FAILED_PRECONDITION/],
  ] as const)('makes one clear error of %s, and leaves nothing running', async (...row) => {
    const [, overrides, options, refusal, kind, words] = row;
    const { emulator, provider } = await setUp(options);
    if (refusal !== undefined) {
      const [code, httpStatus, message] = refusal;
      const text = message === undefined ? {} : { message };
      emulator.faults.add({ kind: 'error', operation: 'CreateSession', code, httpStatus, ...text });
    }
    const error = await failureOf(provider.start(request(overrides), unlimited()));
    expect(error).toMatchObject({ kind, effect: 'none', operation: 'start' });
    expect(error.message).toMatch(words);
    expect(emulator.oracle.live()).toEqual([]);
  });

  it('hears how long to stay away', async () => {
    const { emulator, provider } = await setUp();
    emulator.faults.add({ kind: 'throttle', retryAfterMs: 7_000 });
    const error = await failureOf(provider.listPage({}, undefined, unlimited()));
    expect(error).toMatchObject({ kind: 'rate-limited', retryAfterMs: 7_000 });
  });

  it.each([{ 'no label': 'x' }, { 'team:* OR labels.team': 'x' }, { '': 'x' }, { team: 'Data 😀' }] as const)(
    'refuses a filter by %j, which no session can have, before any I/O',
    async (labels) => {
      const { emulator, provider } = await setUp();
      const error = await failureOf(provider.listPage({ labels }, undefined, unlimited()));
      expect(error).toMatchObject({ kind: 'invalid-request', operation: 'listPage', effect: 'none' });
      expect(emulator.log()).toEqual([]);
    },
  );

  it('reads a filter that the service does not understand as a refusal', async () => {
    const { emulator, provider } = await setUp();
    emulator.faults.add({ kind: 'error', operation: 'ListSessions', code: 'INVALID_ARGUMENT', httpStatus: 400 });
    const error = await failureOf(provider.listPage({}, undefined, unlimited()));
    expect(error).toMatchObject({ kind: 'invalid-request', operation: 'listPage' });
  });

  it('says what cannot be written as a request', async () => {
    const { provider } = await setUp();
    const halfACharacter = '\ud83d';
    const error = await failureOf(provider.listPage({}, halfACharacter, unlimited()));
    expect(error.message).not.toContain('initialization');
    expect(error.effect).toBe('none');
  });

  it('survives an address where nobody listens, and works once somebody does', async () => {
    const { provider } = await setUp({ endpoint: 'http://127.0.0.1:9' });
    const error = await failureOf(
      provider.describe({ v: 1, provider: 'dataproc', scope: provider.scope, id: 'some-session' }, unlimited()),
    );
    expect(error.kind).toBe('unavailable');
    expect(error.message).toContain('endpoint');
  });
});
