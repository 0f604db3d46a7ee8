import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type {
  CalculationObservation,
  CalculationRequest,
  CalculationRunner,
  CalculationState,
} from '../../src/contract/calculation-runner.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { runCalculation, type CalculationOptions } from '../../src/session/run-calculation.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { failureOf } from '../failure-of.ts';

const HANDLE = { v: 1, provider: 'scripted', scope: 'here', id: 'ss-1' } as const;

interface Script {
  /** How the calculation ends. */
  readonly end?: { readonly state: CalculationState; readonly reason?: string };
  /** How long it runs, milliseconds. */
  readonly runsMs?: number;
  /** How long the answer to its start takes, milliseconds. */
  readonly startMs?: number;
  readonly whenReady?: (clock: VirtualClock) => Promise<void>;
  readonly stop?: () => Promise<never>;
  readonly describe?: CalculationRunner['describe'];
}

/** A ready session whose service runs one block of code. */
function setUp({ end = { state: 'succeeded' }, runsMs = 10_000, startMs = 0, ...script }: Script = {}) {
  const clock = new VirtualClock({ monotonicStartMs: 0 });
  const requests: CalculationRequest[] = [];
  const polledMs: number[] = [];
  const stopped: { readonly id: string; readonly withinMs: number }[] = [];
  const seen = (more: Pick<CalculationObservation, 'state' | 'reason'>): CalculationObservation => ({
    id: 'calc-1',
    nativeState: String(more.state),
    observedAtMs: clock.nowMs(),
    ...more,
  });
  let endsMs = Number.POSITIVE_INFINITY;
  const runner: CalculationRunner = {
    start: async (_handle, request) => {
      requests.push(request);
      if (startMs > 0) await new Promise<void>((resolve) => void clock.schedule(startMs, resolve));
      endsMs = clock.monotonicMs() + runsMs;
      return seen({ state: 'queued' });
    },
    describe: (_handle, _id, { signal }) => {
      signal.throwIfAborted();
      polledMs.push(clock.monotonicMs());
      return Promise.resolve(seen(clock.monotonicMs() >= endsMs ? end : { state: 'running' }));
    },
    stop: (_handle, id, { deadline }) => {
      stopped.push({ id, withinMs: deadline - clock.monotonicMs() });
      return Promise.resolve(seen({ state: 'cancelled' }));
    },
    ...(script.stop && { stop: script.stop }),
    ...(script.describe && { describe: script.describe }),
  };
  const closing = new AbortController();
  const place = {
    handle: HANDLE,
    runner,
    clock,
    random: new SeededRandom(),
    whenReady: () => script.whenReady?.(clock) ?? Promise.resolve(),
    watchIntervalMs: { min: 1_000, max: 2_000 },
    closing: closing.signal,
  };
  const run = (options: CalculationOptions = {}, code = 'print(1)') => runCalculation(place, code, options);
  const settled = (options?: CalculationOptions, code?: string) => clock.runUntilSettled(run(options, code));
  return { clock, closing, requests, polledMs, stopped, run, settled };
}

describe('runCalculation', () => {
  it('polls at growing pauses until the calculation has ended, and reports each observation', async () => {
    const { clock, polledMs, stopped, settled } = setUp({ runsMs: 6_500 });
    const states: unknown[] = [];
    const done = await settled({ onProgress: ({ state }) => states.push(state) });
    expect(done.state).toBe('succeeded');
    expect(polledMs).toEqual([1_000, 3_000, 5_000, 7_000]);
    expect(states).toEqual(['queued', 'running', 'running', 'running', 'succeeded']);
    expect([stopped, clock.pendingTimers]).toEqual([[], 0]);
  });

  it('sends the code with a new token, and the name where there is one', async () => {
    const { requests, settled } = setUp({ runsMs: 0 });
    await settled();
    await settled({ name: 'nightly' }, 'print(2)');
    const token = expect.stringMatching(/^calc-[0-9a-f]{32}$/) as string;
    expect(requests).toEqual([
      { token, code: 'print(1)' },
      { token, code: 'print(2)', name: 'nightly' },
    ]);
    expect(requests[0]?.token).not.toBe(requests[1]?.token);
  });

  it.each([
    ['an empty code', '', {}, "'code': expected a text that is not empty"],
    ['a code with a NUL', 'print("\0")', {}, 'calculation.code has a NUL character'],
    ['a name with a NUL', 'x', { name: 'a\0b' }, 'calculation.name has a NUL character'],
    ['an empty name', 'x', { name: '' }, "'name': expected"],
    ['a name that is too long', 'x', { name: 'n'.repeat(1_025) }, "'name': expected"],
    ['a time that is none', 'x', { timeoutMs: -1 }, "'timeoutMs': expected"],
    ['a signal that is none', 'x', { signal: 'now' }, "'signal': expected"],
    ['an onProgress that is none', 'x', { onProgress: 'yes' }, "'onProgress': expected a function"],
  ])('refuses %s before anything is sent', async (_what, code, options, message) => {
    const { requests, settled } = setUp();
    const error = await failureOf(settled(options as CalculationOptions, code));
    expect(error).toMatchObject({ kind: 'invalid-request', operation: 'calculate' });
    expect(error.message).toContain(message);
    expect(requests).toEqual([]);
  });

  it.each<[NonNullable<Script['end']>, string, string]>([
    [{ state: 'failed', reason: 'NameError: x' }, 'invalid-request', 'failed: NameError: x'],
    [{ state: 'failed' }, 'invalid-request', 'failed: the service gave no reason'],
    [{ state: 'cancelled', reason: 'by an operator' }, 'aborted', 'was cancelled in the service: by an operator'],
  ])('fails where it ends as %j', async (end, kind, what) => {
    const { stopped, settled } = setUp({ end, runsMs: 0 });
    const error = await failureOf(settled());
    expect(error).toMatchObject({ kind, operation: 'calculate', provider: 'scripted', handle: HANDLE });
    expect(error.message).toContain(`the calculation in session 'ss-1' ${what}`);
    expect(stopped).toEqual([]);
  });

  it('C-116 polls last when the time is up: what has ended by then counts', async () => {
    const { polledMs, stopped, settled } = setUp({ runsMs: 5_900 });
    expect((await settled({ timeoutMs: 6_000 })).state).toBe('succeeded');
    expect([polledMs, stopped]).toEqual([[1_000, 3_000, 5_000, 6_000], []]);
  });

  it('C-116 stops what has not ended when the time is up', async () => {
    const { clock, polledMs, stopped, settled } = setUp({ runsMs: 6_001 });
    const error = await failureOf(settled({ timeoutMs: 6_000 }));
    expect(error.kind).toBe('timeout');
    expect(error.message).toContain('did not end within 6000 ms and was stopped');
    expect(error.effect).toBe('unknown');
    expect([polledMs, stopped.length, clock.pendingTimers]).toEqual([[1_000, 3_000, 5_000, 6_000], 1, 0]);
  });

  it('says that the code may still run when the service refuses to stop it', async () => {
    const refusal = new SessionError('forbidden', 'no StopCalculation', {
      operation: 'stopCalculation',
      advice: 'Ask.',
    });
    const { settled } = setUp({ stop: () => Promise.reject(refusal) });
    const error = await failureOf(settled({ timeoutMs: 6_000 }));
    expect(error).toMatchObject({ kind: 'timeout', effect: 'unknown', cause: refusal, advice: 'Ask.' });
    expect(error.message).toContain('did not end within 6000 ms and may still run: stopping it failed');
  });

  it('stops when the session is closed, and takes a session that is gone for stopped code', async () => {
    const gone = new SessionError('not-found', 'no such session', { operation: 'stopCalculation' });
    const { clock, closing, settled } = setUp({ stop: () => Promise.reject(gone) });
    clock.schedule(2_500, () => {
      closing.abort(new SessionError('aborted', 'the session was closed', { operation: 'calculate' }));
    });
    const error = await failureOf(settled());
    expect(error).toMatchObject({ kind: 'aborted', effect: 'unknown' });
    expect(error.message).toBe('the session was closed; the code was stopped');
    expect([clock.monotonicMs(), clock.pendingTimers]).toEqual([2_500, 0]);
  });

  it('counts the wait for the session and the start in its time', async () => {
    const whenReady = (clock: VirtualClock): Promise<void> =>
      new Promise((resolve) => void clock.schedule(2_000, resolve));
    const { polledMs, settled } = setUp({ whenReady, startMs: 1_000 });
    expect((await failureOf(settled({ timeoutMs: 5_000 }))).kind).toBe('timeout');
    expect(polledMs).toEqual([4_000, 5_000]);
  });

  it('gives up one second after its time where the last poll is not answered', async () => {
    const { clock, stopped, settled } = setUp({
      describe: (_handle, _id, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
    });
    expect((await failureOf(settled({ timeoutMs: 5_000 }))).kind).toBe('timeout');
    expect([clock.monotonicMs(), stopped]).toEqual([6_000, [{ id: 'calc-1', withinMs: 30_000 }]]);
  });

  it('stops the calculation of a caller that aborts, and leaves nothing behind', async () => {
    const { clock, stopped, run } = setUp();
    const controller = new AbortController();
    const running = failureOf(run({ signal: controller.signal }));
    await clock.advance(4_000);
    controller.abort();
    expect((await running).kind).toBe('aborted');
    expect([stopped, clock.pendingTimers]).toEqual([[{ id: 'calc-1', withinMs: 30_000 }], 0]);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('stops what starts after its caller has gone, at once for the caller', async () => {
    const { clock, stopped, run } = setUp({ startMs: 3_000 });
    const controller = new AbortController();
    const running = failureOf(run({ signal: controller.signal }));
    await clock.advance(1_000);
    controller.abort();
    expect([(await running).kind, stopped]).toEqual(['aborted', []]);
    await clock.advance(2_000);
    expect(stopped).toEqual([{ id: 'calc-1', withinMs: 30_000 }]);
  });

  it('reports why it failed, not why it could not be stopped', async () => {
    const stop = (): Promise<never> => Promise.reject(new Error('no stop'));
    const bug = new TypeError('a bug of the caller');
    const onProgress = (): never => {
      throw bug;
    };
    const { settled } = setUp({ stop });
    await expect(settled({ onProgress })).rejects.toBe(bug);
  });
});
