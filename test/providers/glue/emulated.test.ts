import { describe, expect } from 'vitest';
import type { EmulatorOptions } from '../../../src/emulator/emulator-options.ts';
import { failureOf } from '../../failure-of.ts';
import { benchTest, lastInput, listAll, openBench, operationsOf, request } from '../_aws/bench.ts';
import { unlimited } from '../athena/emulated-subject.ts';

const it = benchTest('glue');
const bench = (options: Readonly<Record<string, unknown>> = {}, emulator: EmulatorOptions = {}) =>
  openBench('glue', options, emulator);

describe('starting on glue', () => {
  it('makes one call, whose answer is the observation', async ({ emulator, provider }) => {
    const asked = request({ name: 'nightly', idleTimeoutMs: 60_001, lifetimeMs: 86_400_000 });
    const started = await provider.start(asked, unlimited());
    expect(operationsOf(emulator)).toEqual(['CreateSession']);
    expect(lastInput(emulator, 'CreateSession')).toMatchObject({
      Id: asked.token,
      Tags: { 'anysession-owner': 'tests', 'anysession-lifetime-ms': '86400000' },
    });
    expect(started).toMatchObject({
      handle: { provider: 'glue', scope: 'us-east-1/123456789012', id: asked.token },
      nativeState: 'PROVISIONING',
      state: 'creating',
      details: {
        name: 'nightly',
        ownership: { owner: 'tests', token: asked.token, lifetimeMs: 86_400_000 },
        engineVersion: 'Glue 5.0',
        idleTimeoutMs: 120_000,
      },
    });
  });

  it.for(['AlreadyExistsException', 'IdempotentParameterMismatchException'] as const)(
    'returns the session that has the name, live or ended, after %s',
    async (takenIdCode) => {
      const { emulator, provider } = await bench({}, { glue: { takenIdCode } });
      const asked = request();
      const { handle } = await provider.start(asked, unlimited());
      emulator.advance(2_000);
      expect(await provider.start(asked, unlimited())).toMatchObject({ handle, state: 'ready' });
      await provider.terminate(handle, unlimited());
      emulator.advance(2_000);
      expect(await provider.start(asked, unlimited())).toMatchObject({ handle, nativeState: 'STOPPED', final: true });
      expect(emulator.oracle.sessions()).toHaveLength(1);
    },
  );

  it('is a conflict when the name has a session of somebody else, who is named', async ({ emulator, provider }) => {
    const asked = request();
    await provider.start({ ...asked, owner: 'etl' }, unlimited());
    const error = await failureOf(provider.start(asked, unlimited()));
    expect(error).toMatchObject({ kind: 'conflict', handle: { id: asked.token }, effect: 'none' });
    expect(error.message).toContain(`the name ${asked.token} is taken by a session of etl (PROVISIONING)`);
    expect(emulator.oracle.sessions()).toHaveLength(1);
  });

  it('is a conflict while the name is taken by a session that nobody sees yet', async () => {
    const { emulator, provider } = await bench({}, { glue: { describeLagMs: 5_000 } });
    const asked = request();
    await provider.start(asked, unlimited());
    expect(await failureOf(provider.start(asked, unlimited()))).toMatchObject({
      kind: 'conflict',
      handle: { id: asked.token },
      message: expect.stringContaining('does not show yet'),
    });
    emulator.advance(5_000);
    expect(await provider.start(asked, unlimited())).toMatchObject({ state: 'creating' });
  });

  it('calls used-up DPUs a quota', async () => {
    const { provider } = await bench({}, { glue: { dpuQuota: 5 } });
    await provider.start(request(), unlimited());
    expect(await failureOf(provider.start(request(), unlimited()))).toMatchObject({ kind: 'quota-exceeded' });
  });

  it('says what the service refuses: a version without Spark Connect', async ({ another }) => {
    const error = await failureOf(another({ glueVersion: '4.0' }).start(request(), unlimited()));
    expect(error).toMatchObject({ kind: 'invalid-request', effect: 'none' });
    expect(error.message).toContain('need GlueVersion 5.0');
  });
});

describe('deleteRecord on glue', () => {
  const ended = async (emulator: EmulatorOptions = {}, options = {}) => {
    const stage = await bench({ deleteRecord: true, ...options }, emulator);
    const asked = request({ labels: { run: 'first' } });
    const { handle } = await stage.provider.start(asked, unlimited());
    await stage.provider.terminate(handle, unlimited());
    stage.emulator.advance(5_000);
    return { ...stage, asked, handle };
  };

  it('removes the record and starts afresh, once for all who ask', async () => {
    const { emulator, another, asked, settle } = await ended({ glue: { deletionMs: 3_000 } });
    const starts = [1, 2, 3].map(() => another({ deleteRecord: true }).start({ ...asked, labels: {} }, unlimited()));
    const seen = await settle(Promise.all(starts));
    expect(seen.map(({ state }) => state)).toEqual(['creating', 'creating', 'creating']);
    expect(emulator.oracle.sessions().map(({ live }) => live)).toEqual([false, true]);
    // The tags of the first session have gone with it.
    expect(await listAll(another({}), { labels: { run: 'first' } })).toEqual([]);
  });

  it('leaves alone a session that another process has started meanwhile', async () => {
    const { emulator, another, asked, handle } = await ended();
    const first = another({ deleteRecord: true });
    // Its first look still shows the ended session; then the other one is faster.
    emulator.faults.add({ kind: 'slow', delayMs: 0, operation: 'GetSession' });
    await another({ deleteRecord: true }).start(asked, unlimited());
    const again = await first.start(asked, unlimited());
    expect(again).toMatchObject({ handle, final: false });
    expect(emulator.oracle.live()).toHaveLength(1);
  });

  it('is off by default: the ended session is returned', async () => {
    const { emulator, another, asked } = await ended();
    expect(await another({}).start(asked, unlimited())).toMatchObject({ final: true });
    expect(operationsOf(emulator)).not.toContain('DeleteSession');
  });

  it('fails with the refusal, and starts nothing', async () => {
    const { emulator, provider, asked } = await ended();
    emulator.faults.add({ kind: 'error', code: 'AccessDeniedException', httpStatus: 400, operation: 'DeleteSession' });
    expect(await failureOf(provider.start(asked, unlimited()))).toMatchObject({ kind: 'forbidden' });
    expect(emulator.oracle.sessions()).toHaveLength(1);
  });
});

describe('the end of a session on glue', () => {
  it.for(['ok', 'IllegalSessionStateException'] as const)(
    'terminating what has ended succeeds, whatever the service says (%s)',
    async (stopEnded) => {
      const { emulator, provider } = await bench({}, { glue: { stopEnded } });
      const { handle } = await provider.start(request(), unlimited());
      expect(await provider.terminate(handle, unlimited())).toMatchObject({ nativeState: 'STOPPING', final: false });
      emulator.advance(10_000);
      expect(await provider.terminate(handle, unlimited())).toMatchObject({ nativeState: 'STOPPED', final: true });
    },
  );

  it.for(['InvalidInputException', 'EntityNotFoundException'] as const)(
    'terminating an unknown session succeeds (%s)',
    async (unknownStopCode) => {
      const { provider } = await bench({}, { glue: { unknownStopCode } });
      const handle = { v: 1, provider: 'glue', scope: provider.scope, id: 'nobody' } as const;
      expect(await provider.terminate(handle, unlimited())).toMatchObject({ state: 'terminated', final: true });
    },
  );

  it('is a conflict where the service stops no session before READY, and nothing is hidden', async () => {
    const { emulator, provider } = await bench({}, { glue: { stopProvisioning: 'IllegalSessionStateException' } });
    const { handle } = await provider.start(request(), unlimited());
    const error = await failureOf(provider.terminate(handle, unlimited()));
    expect(error).toMatchObject({ kind: 'conflict', observation: { nativeState: 'PROVISIONING' } });
    emulator.advance(2_000);
    expect(await provider.terminate(handle, unlimited())).toMatchObject({ state: 'terminated' });
  });

  it.for([
    ['its idle timeout', { idleTimeoutMs: 600_000 }],
    ['its lifetime', { idleTimeoutMs: 3_600_000, maxLifetimeMs: 600_000 }],
  ] as const)('by %s is TIMEOUT, which is final', async ([, options], { emulator, provider }) => {
    const { handle } = await provider.start(request(options), unlimited());
    emulator.advance(599_000);
    expect(await provider.describe(handle, unlimited())).toMatchObject({ state: 'ready' });
    emulator.advance(5_000);
    expect(await provider.describe(handle, unlimited())).toMatchObject({
      nativeState: 'TIMEOUT',
      state: 'terminated',
      final: true,
    });
  });
});

describe('listing on glue', () => {
  it('drops ended sessions, which the service lists, and keeps states that it does not know', async ({
    emulator,
    provider,
    handle,
  }) => {
    const { handle: second } = await provider.start(request(), unlimited());
    await provider.terminate(second, unlimited());
    emulator.advance(5_000);
    expect((await listAll(provider)).map((seen) => seen.handle)).toEqual([handle]);
    expect(await listAll(provider, { states: ['creating'] })).toEqual([]);
    emulator.faults.add({ kind: 'unknown-state', state: 'HIBERNATING', operation: 'ListSessions' });
    expect((await listAll(provider)).map(({ state }) => state)).toEqual([undefined, undefined]);
  });

  it('filters by labels on the side of the service, which shows none', async ({ emulator, provider }) => {
    await provider.start(request({ labels: { team: 'red' } }), unlimited());
    await provider.start(request({ labels: { team: 'blue' } }), unlimited());
    const found = await listAll(provider, { labels: { team: 'red' } });
    expect(found.map(({ details }) => details.labels)).toEqual([undefined]);
    expect(lastInput(emulator, 'ListSessions')).toMatchObject({ Tags: { team: 'red' }, MaxResults: 1_000 });
  });
});

describe('endpoint, dashboard and usage of glue', () => {
  it('gives the address without `sc:`, plain as the emulator is, and a token with `=`', async ({
    emulator,
    provider,
    handle,
  }) => {
    emulator.advance(3_000);
    const endpoint = await provider.endpoint?.(handle, unlimited());
    expect(`http://${endpoint?.host}:${endpoint?.port}`).toBe(emulator.urls.sparkConnect);
    expect(endpoint).toMatchObject({ tls: false, expiresAtMs: emulator.nowMs() + 30 * 60_000 });
    expect(endpoint?.metadata['x-aws-proxy-auth']).toMatch(/^[\w+/]{1000,}=+$/);
  });

  it.for(['IllegalSessionStateException', 'InvalidInputException', 'EntityNotFoundException'] as const)(
    'refuses with what is wrong: not ready, ended, or unknown (%s)',
    async (endpointNotReadyCode) => {
      const { emulator, provider } = await bench({}, { glue: { endpointNotReadyCode } });
      const { handle } = await provider.start(request(), unlimited());
      const refusal = () => failureOf(provider.endpoint?.(handle, unlimited()));
      expect(await refusal()).toMatchObject({ kind: 'conflict', message: expect.stringContaining('PROVISIONING') });
      await provider.terminate(handle, unlimited());
      emulator.advance(5_000);
      expect(await refusal()).toMatchObject({ kind: 'session-failed', observation: { state: 'terminated' } });
      const unknown = { ...handle, id: 'nobody' };
      expect(await failureOf(provider.endpoint?.(unknown, unlimited()))).toMatchObject({ kind: 'not-found' });
    },
  );

  it('is unsupported for a session of the other type', async ({ emulator, provider, another }) => {
    const { handle } = await another({ sessionType: 'livy' }).start(request(), unlimited());
    emulator.advance(3_000);
    const error = await failureOf(provider.endpoint?.(handle, unlimited()));
    expect(error).toMatchObject({ kind: 'unsupported' });
    expect(error.message).toContain('check the option `sessionType`');
  });

  it('links to the dashboard, and reports DPU hours', async ({ emulator, provider, handle }) => {
    expect((await provider.dashboard?.(handle, unlimited()))?.url).toContain(handle.id);
    emulator.advance(300_000);
    const { details } = await provider.describe(handle, unlimited());
    expect(details.usage).toEqual({
      basis: 'reported',
      source: 'GetSession DPUSeconds',
      dpuHours: 0.25,
      executionMs: 300_000,
    });
  });
});
