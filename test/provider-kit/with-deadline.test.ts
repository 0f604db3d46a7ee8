import { describe, expect, it } from 'vitest';
import { withDeadline } from '../../src/provider-kit/with-deadline.ts';
import { VirtualClock } from '../../src/testing/index.ts';

const CLOCK = new VirtualClock();
const call = (deadline: number, signal: AbortSignal) => ({ signal, deadline, attempt: 1 });

describe('withDeadline', () => {
  it('settles at an abort without a deadline, although the work does not listen', async () => {
    const controller = new AbortController();
    const attempt = { operation: 'terminate', call: call(Number.POSITIVE_INFINITY, controller.signal) };
    const working = withDeadline(CLOCK, attempt, () => new Promise<never>(() => {}));
    controller.abort('stop');
    await expect(working).rejects.toMatchObject({ kind: 'aborted', effect: 'unknown', cause: 'stop' });
  });

  it('keeps one signal and one timer where calls are nested, unless the inner deadline is earlier', async () => {
    const { signal } = new AbortController();
    const deadline = CLOCK.monotonicMs() + 100;
    const nested = (inner: number): Promise<readonly [boolean, number]> =>
      withDeadline(CLOCK, { operation: 'describe', call: call(deadline, signal) }, (outer) =>
        withDeadline(CLOCK, { operation: 'describe', call: call(inner, outer) }, async (given) => [
          given === outer,
          CLOCK.pendingTimers,
        ]),
      );
    expect(await nested(deadline)).toEqual([true, 1]);
    expect(await nested(deadline - 1)).toEqual([false, 2]);
    expect(CLOCK.pendingTimers).toBe(0);
  });

  it('leaves no timer behind when the work throws at once', async () => {
    const attempt = { operation: 'describe', call: call(CLOCK.monotonicMs() + 100, new AbortController().signal) };
    const broken = withDeadline(CLOCK, attempt, () => {
      throw new RangeError('broken');
    });
    await expect(broken).rejects.toThrow(RangeError);
    expect(CLOCK.pendingTimers).toBe(0);
  });
});
