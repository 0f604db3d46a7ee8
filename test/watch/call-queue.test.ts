import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { CallQueue } from '../../src/watch/call-queue.ts';

const CALL = { signal: new AbortController().signal };

/** A queue of four calls a second, whose descriptions are paused until a time. */
function setUp() {
  const clock = new VirtualClock({ monotonicStartMs: 0 });
  const pause = { untilMs: 0 };
  const queue = new CallQueue(clock, 4, (operation) => (operation === 'describe' ? pause.untilMs : 0));
  const goneMs: number[] = [];
  const call = (count = 1): void => {
    for (let each = 0; each < count; each++)
      void (queue.take('describe', CALL) ?? Promise.resolve()).then(() => goneMs.push(clock.monotonicMs()));
  };
  return { clock, pause, queue, goneMs, call };
}

describe('CallQueue', () => {
  it('reports how long a call would wait, behind those that wait and after a pause', async () => {
    const { clock, pause, queue, call } = setUp();
    expect(queue.delayMs('describe')).toBe(0);
    call(4);
    expect(queue.delayMs('describe')).toBe(250);
    call(2);
    expect(queue.delayMs('describe')).toBe(750);
    await clock.advance(100);
    expect(queue.delayMs('describe')).toBe(650);
    pause.untilMs = 5_100;
    expect([queue.delayMs('describe'), queue.delayMs('listPage')]).toEqual([5_000, 650]);
    await clock.advance(60_000);
    expect(queue.delayMs('describe')).toBe(0);
  });

  it('is short while calls wait for the rate, and not while they wait for a pause or none waits', async () => {
    const { clock, pause, queue, call } = setUp();
    call(4);
    expect([queue.isShort, queue.waiting, queue.taken]).toEqual([false, 0, 4]);
    call();
    expect([queue.isShort, queue.waiting]).toEqual([true, 1]);
    await clock.advance(2_000);
    pause.untilMs = 5_000;
    call();
    expect([queue.isShort, queue.waiting, queue.taken]).toEqual([false, 1, 5]);
  });

  it('serves those that wait at a new rate', async () => {
    const { clock, queue, goneMs, call } = setUp();
    call(6);
    queue.limit(1, 1);
    await clock.advance(5_000);
    expect(goneMs).toEqual([0, 0, 0, 0, 1_000, 2_000]);
    queue.limit(1_000, 1_000);
    call(3);
    await clock.advance(0);
    expect(goneMs.slice(6)).toEqual([5_000, 5_000, 5_000]);
  });
});
