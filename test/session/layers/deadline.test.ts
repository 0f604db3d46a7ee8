import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/contract/observation.ts';
import type { SessionProvider } from '../../../src/contract/session-provider.ts';
import type { CallContext } from '../../../src/contract/call-context.ts';
import { SessionError } from '../../../src/contract/session-error.ts';
import { CALL_TIMEOUT_MS } from '../../../src/contract/operations.ts';
import { deadlineLayer } from '../../../src/session/layers/deadline.ts';
import { retryLayer } from '../../../src/session/layers/retry.ts';
import { SeededRandom } from '../../../src/testing/seeded-random.ts';
import { layeredProvider } from '../../../src/session/layers/layered-provider.ts';
import { adapterOf, handleOf, Scene, startRequest, unlimitedCall } from '../scene.ts';
import { failureOf } from '../../failure-of.ts';

const NEVER_ANSWERED = (): Promise<never> => new Promise<never>(() => {});

/** The deadline layer alone over an adapter that never answers and notes the calls that reach it. */
function setUp(changes: Partial<SessionProvider> = {}) {
  const scene = new Scene();
  const calls: CallContext[] = [];
  const silent = (_about: unknown, call: CallContext): Promise<never> => {
    calls.push(call);
    return NEVER_ANSWERED();
  };
  const adapter = adapterOf(scene, { describe: silent, start: silent, terminate: silent, ...changes });
  return {
    scene,
    clock: scene.clock,
    calls,
    provider: layeredProvider(adapter, [deadlineLayer(scene.clock), retryLayer(scene.clock, new SeededRandom(1))]),
  };
}

describe('the deadline layer', () => {
  it('ends a call at its deadline, whether or not the adapter listens', async () => {
    const { scene, clock, calls, provider } = setUp();
    const { signal } = new AbortController();
    const call = unlimitedCall({ deadline: clock.monotonicMs() + 250, signal });
    const describing = failureOf(provider.describe(handleOf(scene), call));
    await clock.advance(249);
    expect(calls[0]?.signal.aborted).toBe(false);
    await clock.advance(1);
    const error = await describing;
    expect(error).toMatchObject({ kind: 'timeout', operation: 'describe', effect: 'none', retry: 'temporary' });
    expect(error.message).toBe('describe was not answered within 250 ms. Try again or allow more time.');
    expect([calls[0]?.signal.aborted, calls[0]?.signal.reason, calls[0]?.deadline]).toEqual([
      true,
      error,
      call.deadline,
    ]);
    expect([clock.pendingTimers, getEventListeners(signal, 'abort')]).toEqual([0, []]);
  });

  it('gives a call without a deadline, or with a far one, its budget', async () => {
    for (const deadline of [Number.POSITIVE_INFINITY, 10 * CALL_TIMEOUT_MS]) {
      const { scene, clock, calls, provider } = setUp();
      const startedMs = clock.monotonicMs();
      const error = await failureOf(scene.settled(provider.describe(handleOf(scene), unlimitedCall({ deadline }))));
      expect(error.kind).toBe('timeout');
      expect(clock.monotonicMs() - startedMs).toBe(CALL_TIMEOUT_MS);
      expect(calls[0]?.deadline).toBe(startedMs + CALL_TIMEOUT_MS);
    }
  });

  it('hands a late asker a signal that has aborted', async () => {
    const { scene, clock, calls, provider } = setUp();
    const deadline = clock.monotonicMs() + 1;
    const error = await failureOf(scene.settled(provider.describe(handleOf(scene), unlimitedCall({ deadline }))));
    expect(calls[0]?.signal.reason).toBe(error);
    expect(calls[0]?.signal).toBe(calls[0]?.signal);
  });

  it('hands down a call that can be copied', async () => {
    const { scene, clock, calls, provider } = setUp();
    const describing = failureOf(
      provider.describe(handleOf(scene), unlimitedCall({ deadline: clock.monotonicMs() + 1 })),
    );
    await clock.advance(0);
    const [call] = calls;
    const copy = { ...call };
    expect([copy.signal === call?.signal, copy.deadline, copy.attempt]).toEqual([true, call?.deadline, 1]);
    await clock.advance(1);
    expect(copy.signal?.reason).toBe(await describing);
  });

  it.each([0, -1])('C-007 makes no call when %d ms are left', async (leftMs) => {
    const { clock, calls, provider } = setUp();
    const call = unlimitedCall({ deadline: clock.monotonicMs() + leftMs });
    const error = await failureOf(provider.start(startRequest(), call));
    expect(error).toMatchObject({ kind: 'timeout', operation: 'start', effect: 'none' });
    expect(error.message).toBe('no time was left for start; allow more');
    expect([calls, clock.pendingTimers]).toEqual([[], 0]);
  });

  it('C-007 makes no call for a caller that has aborted', async () => {
    const { clock, calls, provider } = setUp();
    const reason = new Error('stop');
    const error = await failureOf(provider.start(startRequest(), unlimitedCall({ signal: AbortSignal.abort(reason) })));
    expect(error).toMatchObject({ kind: 'aborted', operation: 'start', effect: 'none', cause: reason });
    expect([calls, clock.pendingTimers]).toEqual([[], 0]);
  });

  it.each([
    ['start', 'unknown'],
    ['terminate', 'unknown'],
    ['describe', 'none'],
  ] as const)('tells timeout from abort, and what %s may have done: %s', async (operation, effect) => {
    const { scene, clock, calls, provider } = setUp();
    const make = (call: CallContext): Promise<Observation> =>
      operation === 'start' ? provider.start(startRequest(), call) : provider[operation](handleOf(scene), call);

    const controller = new AbortController();
    const aborted = failureOf(make(unlimitedCall({ signal: controller.signal })));
    controller.abort('stop');
    const abortError = await aborted;
    expect(abortError).toMatchObject({ kind: 'aborted', operation, effect, cause: 'stop', retry: 'permanent' });
    expect([calls[0]?.signal.reason, clock.pendingTimers]).toEqual([abortError, 0]);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);

    const late = await failureOf(scene.settled(make(unlimitedCall({ deadline: clock.monotonicMs() + 5.4 }))));
    expect(late).toMatchObject({ kind: 'timeout', operation, effect });
    const advice = effect === 'unknown' ? 'It may have happened: check before you repeat it.' : 'Try';
    expect(late.message).toContain(`${operation} was not answered within 5 ms. ${advice}`);
  });

  it('lets a wait that is over speak with its own error', async () => {
    const { scene, provider } = setUp();
    const controller = new AbortController();
    const describing = failureOf(provider.describe(handleOf(scene), unlimitedCall({ signal: controller.signal })));
    controller.abort(new SessionError('timeout', 'the wait is over', { operation: 'whenReady' }));
    expect(await describing).toMatchObject({ kind: 'timeout', operation: 'whenReady' });
  });

  it('gives the answer, or what the adapter fails with, and leaves neither timer nor listener', async () => {
    const { signal } = new AbortController();
    const working = setUp({ listPage: () => Promise.resolve({ observations: [] }) });
    expect(await working.provider.listPage({}, undefined, unlimitedCall({ signal }))).toEqual({ observations: [] });
    const broken = setUp({ listPage: () => Promise.reject(new RangeError('broken')) });
    await expect(broken.provider.listPage({}, undefined, unlimitedCall({ signal }))).rejects.toThrow(RangeError);
    expect([working.clock.pendingTimers, broken.clock.pendingTimers]).toEqual([0, 0]);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('an answer that comes after the deadline changes nothing', async () => {
    let answer: ((error: Error) => void) | undefined;
    const { scene, clock, provider } = setUp({
      describe: () => new Promise<never>((_, reject) => (answer = reject)),
    });
    const deadline = clock.monotonicMs() + 1;
    const error = await failureOf(scene.settled(provider.describe(handleOf(scene), unlimitedCall({ deadline }))));
    answer?.(new Error('late'));
    await clock.advance(1);
    expect(error.kind).toBe('timeout');
  });

  it('lets a statement pass as it is: it has a signal and a time of its own', async () => {
    const seen: CallContext[] = [];
    const execute = (_handle: unknown, _request: unknown, call: CallContext): Promise<never> => {
      seen.push(call);
      return NEVER_ANSWERED();
    };
    const { scene, clock, provider } = setUp({ statements: { execute, progress: () => undefined } });
    const call = unlimitedCall({ signal: AbortSignal.abort(), deadline: 0 });
    void provider.statements?.execute(handleOf(scene), { id: 'stmt-1', text: 'SELECT 1' }, call);
    expect([seen[0] === call, clock.pendingTimers]).toEqual([true, 0]);
  });
});

describe('many calls on one signal', () => {
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  beforeEach(() => {
    warnings.length = 0;
    process.on('warning', note);
  });
  afterEach(() => void process.off('warning', note));

  it('print no MaxListenersExceededWarning, and an abort ends them all', async () => {
    const { scene, provider } = setUp();
    const controller = new AbortController();
    const calls = Array.from({ length: 50 }, () =>
      failureOf(provider.describe(handleOf(scene), unlimitedCall({ signal: controller.signal }))),
    );
    await scene.clock.advance(1);
    controller.abort();
    const kinds = (await Promise.all(calls)).map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(['aborted']));
    // Node prints warnings in a later turn.
    await scene.clock.advance(1);
    expect([warnings, scene.clock.pendingTimers]).toEqual([[], 0]);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('fifty waits for fifty sessions neither', async () => {
    const scene = new Scene({ capabilities: { maxLiveSessions: 50 } });
    const { sessions } = scene.process();
    const controller = new AbortController();
    const started = await Promise.all(Array.from({ length: 50 }, () => sessions.start({ signal: controller.signal })));
    const waits = started.map((session) => failureOf(session.whenReady({ signal: controller.signal })));
    await scene.clock.advance(1);
    controller.abort();
    expect(new Set((await Promise.all(waits)).map(({ kind }) => kind))).toEqual(new Set(['aborted']));
    await scene.clock.advance(1);
    expect([warnings, scene.clock.pendingTimers]).toEqual([[], 0]);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });
});
