import { describe, expect, it } from 'vitest';
import { ATTEMPT_TIMEOUT_MS, CALL_TIMEOUT_MS, OPERATIONS } from '../../../src/contract/operations.ts';
import type { CallContext } from '../../../src/contract/call-context.ts';
import type { Observation } from '../../../src/contract/observation.ts';
import { SessionError } from '../../../src/contract/session-error.ts';
import type { SessionProvider } from '../../../src/contract/session-provider.ts';
import { runningAttempt } from '../../../src/provider-kit/running-attempt.ts';
import { sleep } from '../../../src/provider-kit/sleep.ts';
import { deadlineLayer } from '../../../src/session/layers/deadline.ts';
import { layeredProvider } from '../../../src/session/layers/layered-provider.ts';
import { retryLayer } from '../../../src/session/layers/retry.ts';
import { failureOf } from '../../failure-of.ts';
import { adapterOf, handleOf, Scene, startRequest, unlimitedCall } from '../scene.ts';

const NO_PAUSE = { next: () => 0, hex: () => '' };
const OBSERVED: Observation = {
  handle: { v: 1, provider: 'scripted', scope: 'x', id: 'ss-1' },
  nativeState: 'STARTING',
  state: 'creating',
  acceptsWork: false,
  final: false,
  observedAtMs: 0,
  details: {},
};

/** What one attempt does: the time until its answer, or the error that it fails with then; `silence` never answers. */
type Plan = { readonly afterMs: number; readonly error?: SessionError } | 'silence';

/** The deadline and retry layers over an adapter whose attempts follow plans. */
function planned(...plans: readonly Plan[]) {
  const scene = new Scene();
  const { clock } = scene;
  const startedMs = clock.monotonicMs();
  const attempts: { readonly atMs: number; readonly call: CallContext }[] = [];
  const work = (call: CallContext): Promise<Observation> => {
    const plan = plans[attempts.length] ?? 'silence';
    attempts.push({ atMs: clock.monotonicMs() - startedMs, call });
    runningAttempt(call.signal)?.asks(`10.0.0.${attempts.length}:443`);
    return new Promise((resolve, reject) => {
      if (plan === 'silence') return;
      clock.schedule(plan.afterMs, () => {
        if (plan.error === undefined) resolve({ ...OBSERVED, nativeState: `ANSWER ${attempts.length}` });
        else reject(plan.error);
      });
    });
  };
  const changes: Partial<SessionProvider> = {
    start: (_request, call) => work(call),
    describe: (_handle, call) => work(call),
    terminate: (_handle, call) => work(call),
  };
  const provider = layeredProvider(adapterOf(scene, changes), [deadlineLayer(clock), retryLayer(clock, NO_PAUSE)]);
  return { scene, clock, attempts, provider, handle: handleOf(scene), tookMs: () => clock.monotonicMs() - startedMs };
}

describe('the limit of an attempt', () => {
  it('is 12 s for every verb that is repeated, 60 s for the start of a batch, and none for work', () => {
    for (const [operation, { retried, attemptTimeoutMs, timeoutMs }] of Object.entries(OPERATIONS)) {
      expect(attemptTimeoutMs, operation).toBe(
        retried ? (operation === 'startBatch' ? 60_000 : ATTEMPT_TIMEOUT_MS) : false,
      );
      if (retried) expect(timeoutMs, operation).toBeGreaterThanOrEqual(2 * Number(attemptTimeoutMs));
    }
    expect(ATTEMPT_TIMEOUT_MS).toBe(12_000);
  });

  it.each(['describe', 'terminate'] as const)('one lost answer: %s is stopped and asks again', async (verb) => {
    const { scene, attempts, provider, handle, tookMs, clock } = planned('silence', { afterMs: 100 });
    await scene.settled(provider[verb](handle, unlimitedCall()));
    expect([tookMs(), attempts.map(({ atMs }) => atMs)]).toEqual([12_100, [0, 12_000]]);
    expect(attempts.map(({ call }) => [call.attempt, call.signal.aborted])).toEqual([
      [1, true],
      [2, false],
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('a service that never answers: five attempts, and the error names the address', async () => {
    const { scene, attempts, provider, handle, tookMs, clock } = planned();
    const error = await failureOf(scene.settled(provider.terminate(handle, unlimitedCall())));
    expect(error).toMatchObject({ kind: 'timeout', operation: 'terminate', effect: 'unknown' });
    expect(error.message).toContain('terminate was not answered by 10.0.0.5:443 within 12000 ms');
    expect([tookMs(), attempts.length, clock.pendingTimers]).toEqual([CALL_TIMEOUT_MS, 5, 0]);
  });

  it('asks for a connection that is newer than the attempt without an answer', async () => {
    const since: unknown[] = [];
    const { scene, clock } = planned();
    const describeSession = (_handle: unknown, call: CallContext): Promise<Observation> => {
      since.push(runningAttempt(call.signal)?.unansweredSinceMs);
      if (since.length === 1) return Promise.reject(new SessionError('unavailable', 'x', { operation: 'describe' }));
      return since.length < 3 ? new Promise(() => {}) : Promise.resolve(OBSERVED);
    };
    const adapter = adapterOf(scene, { describe: describeSession });
    const provider = layeredProvider(adapter, [deadlineLayer(clock), retryLayer(clock, NO_PAUSE)]);
    const startedMs = clock.monotonicMs();
    await scene.settled(provider.describe(handleOf(scene), unlimitedCall()));
    expect(since).toEqual([undefined, undefined, startedMs]);
  });

  it('counts each request of a verb by itself, and not what is no request', async () => {
    const { scene, clock } = planned();
    const terminate = async (_handle: unknown, { signal }: CallContext): Promise<Observation> => {
      const attempt = runningAttempt(signal);
      for (let request = 0; request < 3; request++) {
        attempt?.asks('10.0.0.1:443');
        await sleep(clock, 9_000, signal);
      }
      attempt?.waitsFor('the rate budget');
      await sleep(clock, 20_000, signal);
      attempt?.asks('10.0.0.1:443');
      await sleep(clock, 11_999, signal);
      return OBSERVED;
    };
    const adapter = adapterOf(scene, { terminate });
    const provider = layeredProvider(adapter, [deadlineLayer(clock), retryLayer(clock, NO_PAUSE)]);
    const startedMs = clock.monotonicMs();
    await scene.settled(provider.terminate(handleOf(scene), unlimitedCall()));
    expect([clock.monotonicMs() - startedMs, clock.pendingTimers]).toEqual([58_999, 0]);
  });

  it('begins with the request when the attempt had to wait before it', async () => {
    const { scene, clock } = planned();
    const startedMs = clock.monotonicMs();
    const attemptsMs: number[] = [];
    const describeSession = async (_handle: unknown, { signal }: CallContext): Promise<Observation> => {
      attemptsMs.push(clock.monotonicMs() - startedMs);
      if (attemptsMs.length === 2) return OBSERVED;
      runningAttempt(signal)?.waitsFor('its turn');
      await sleep(clock, 20_000, signal);
      runningAttempt(signal)?.asks('10.0.0.1:443');
      return new Promise(() => {});
    };
    const adapter = adapterOf(scene, { describe: describeSession });
    const provider = layeredProvider(adapter, [deadlineLayer(clock), retryLayer(clock, NO_PAUSE)]);
    await scene.settled(provider.describe(handleOf(scene), unlimitedCall()));
    expect([attemptsMs, clock.pendingTimers]).toEqual([[0, 32_000], 0]);
  });

  it.each(['timeout', 'aborted'] as const)('%s before a request was sent: effect none', async (kind) => {
    const { scene, clock } = planned();
    const start = (_request: unknown, { signal }: CallContext): Promise<Observation> => {
      runningAttempt(signal)?.waitsFor('AWS credentials');
      return new Promise(() => {});
    };
    const adapter = adapterOf(scene, { start });
    const provider = layeredProvider(adapter, [deadlineLayer(clock), retryLayer(clock, NO_PAUSE)]);
    const controller = new AbortController();
    if (kind === 'aborted') clock.schedule(20_000, () => controller.abort());
    const error = await failureOf(
      scene.settled(provider.start(startRequest(), unlimitedCall({ signal: controller.signal }))),
    );
    expect(error).toMatchObject({ kind, effect: 'none', operation: 'start' });
    if (kind === 'timeout') expect(error.message).toContain('start waited 60000 ms for AWS credentials');
    expect(clock.pendingTimers).toBe(0);
  });

  it('stays unknown once a request was sent, whatever the attempt waits for later', async () => {
    const { scene, clock } = planned();
    const start = (_request: unknown, { signal }: CallContext): Promise<Observation> => {
      runningAttempt(signal)?.asks('10.0.0.1:443');
      runningAttempt(signal)?.waitsFor('its turn');
      return new Promise(() => {});
    };
    const provider = layeredProvider(adapterOf(scene, { start }), [deadlineLayer(clock), retryLayer(clock, NO_PAUSE)]);
    const error = await failureOf(scene.settled(provider.start(startRequest(), unlimitedCall())));
    expect(error).toMatchObject({ kind: 'timeout', effect: 'unknown' });
  });
});

describe('attempts of a start', () => {
  it('run beside each other, and the first answer counts', async () => {
    const { scene, attempts, provider, tookMs, clock } = planned({ afterMs: 13_000 }, { afterMs: 5_000 });
    const token = startRequest();
    const seen = await scene.settled(provider.start(token, unlimitedCall()));
    expect([seen.nativeState, tookMs()]).toEqual(['ANSWER 2', 13_000]);
    expect(attempts.map(({ atMs }) => atMs)).toEqual([0, 12_000]);
    // The other attempt is stopped now, not before.
    expect(attempts.map(({ call }) => call.signal.aborted)).toEqual([false, true]);
    await clock.advance(60_000);
    expect([attempts.length, clock.pendingTimers]).toEqual([2, 0]);
  });

  it('the later one may answer first', async () => {
    const { scene, attempts, provider, tookMs, clock } = planned('silence', { afterMs: 100 });
    await scene.settled(provider.start(startRequest(), unlimitedCall()));
    expect([tookMs(), attempts.map(({ call }) => call.signal.aborted), clock.pendingTimers]).toEqual([
      12_100,
      [true, false],
      0,
    ]);
  });

  it('a refusal that comes late ends the start, a failure that can pass does not', async () => {
    const refused = new SessionError('forbidden', 'no', { operation: 'start' });
    const late = planned({ afterMs: 14_000, error: refused });
    expect(await failureOf(late.scene.settled(late.provider.start(startRequest(), unlimitedCall())))).toMatchObject({
      kind: 'forbidden',
    });
    expect([late.tookMs(), late.clock.pendingTimers]).toEqual([14_000, 0]);

    const lost = new SessionError('unavailable', 'reset', { operation: 'start', effect: 'unknown' });
    const passing = planned({ afterMs: 14_000, error: lost }, { afterMs: 4_000 });
    await passing.scene.settled(passing.provider.start(startRequest(), unlimitedCall()));
    expect([passing.tookMs(), passing.attempts.length]).toEqual([16_000, 2]);
  });

  it('wait for a late answer when no further attempt is possible', async () => {
    const throttled = new SessionError('rate-limited', 'no', { operation: 'start', retryAfterMs: 60_000 });
    const { scene, provider, tookMs } = planned({ afterMs: 30_000 }, { afterMs: 10, error: throttled });
    await scene.settled(provider.start(startRequest(), unlimitedCall()));
    expect(tookMs()).toBe(30_000);
    const silent = planned('silence', { afterMs: 10, error: throttled });
    const error = await failureOf(silent.scene.settled(silent.provider.start(startRequest(), unlimitedCall())));
    expect(error).toMatchObject({ kind: 'rate-limited', retry: 'persistent', effect: 'unknown' });
    expect([silent.tookMs(), silent.clock.pendingTimers]).toEqual([CALL_TIMEOUT_MS, 0]);
  });

  it('all end when the caller aborts, or at the deadline', async () => {
    const controller = new AbortController();
    const { scene, attempts, provider, clock } = planned();
    clock.schedule(30_000, () => controller.abort('stop'));
    const error = await failureOf(
      scene.settled(provider.start(startRequest(), unlimitedCall({ signal: controller.signal }))),
    );
    expect(error).toMatchObject({ kind: 'aborted', effect: 'unknown', cause: 'stop' });
    expect([attempts.map(({ call }) => call.signal.aborted), clock.pendingTimers]).toEqual([[true, true, true], 0]);

    const silent = planned();
    await failureOf(silent.scene.settled(silent.provider.start(startRequest(), unlimitedCall())));
    expect(silent.attempts.map(({ call }) => call.signal.aborted)).toEqual([true, true, true, true, true]);
    expect([silent.tookMs(), silent.clock.pendingTimers]).toEqual([CALL_TIMEOUT_MS, 0]);
  });
});
