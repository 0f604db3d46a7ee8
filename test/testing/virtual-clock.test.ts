import { setTimeout as realDelay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';

describe('VirtualClock', () => {
  it('stands still until it is advanced, then moves wall and monotonic time equally', async () => {
    const clock = new VirtualClock({ startMs: 1_000_000, monotonicStartMs: 50 });
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([1_000_000, 50]);
    await clock.advance(250);
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([1_000_250, 300]);
  });

  it('fires timers when they are due, those of the same time in the order of scheduling', async () => {
    const clock = new VirtualClock({ monotonicStartMs: 0 });
    const fired: string[] = [];
    for (const [name, delay] of Object.entries({ late: 30, first: 10, second: 10, now: 0 })) {
      clock.schedule(delay, () => fired.push(`${name} at ${clock.monotonicMs()}`));
    }
    await clock.advance(29);
    expect(fired).toEqual(['now at 0', 'first at 10', 'second at 10']);
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(1);
    expect(fired.at(-1)).toBe('late at 30');
    expect(clock.pendingTimers).toBe(0);
  });

  it('fires timers that are scheduled while it advances, after promises have settled', async () => {
    const clock = new VirtualClock({ monotonicStartMs: 0 });
    const seen: number[] = [];
    const ticker = async (): Promise<void> => {
      for (let tick = 0; tick < 3; tick++) {
        await new Promise<void>((resolve) => clock.schedule(10, resolve));
        seen.push(clock.monotonicMs());
      }
    };
    const done = ticker();
    await clock.advance(100);
    await done;
    expect(seen).toEqual([10, 20, 30]);
  });

  it('cancels a timer', async () => {
    const clock = new VirtualClock();
    let fired = false;
    const cancel = clock.schedule(5, () => (fired = true));
    cancel();
    cancel();
    await clock.advance(10);
    expect([fired, clock.pendingTimers]).toEqual([false, 0]);
  });

  it('refuses a negative delay and NaN', () => {
    const clock = new VirtualClock();
    expect(() => clock.schedule(-1, () => {})).toThrow(RangeError);
    expect(() => clock.schedule(Number.NaN, () => {})).toThrow(RangeError);
  });

  it('runs until a promise settles, also when real I/O comes before its timer, and no further', async () => {
    const clock = new VirtualClock({ monotonicStartMs: 0 });
    clock.schedule(1_000, () => {});
    const work = realDelay(5).then(() => new Promise<string>((resolve) => clock.schedule(40, () => resolve('done'))));
    clock.schedule(30, () => {});
    expect(await clock.runUntilSettled(work)).toBe('done');
    expect(clock.monotonicMs()).toBeLessThanOrEqual(1_040);
    const failing = new Promise<never>((_, reject) => clock.schedule(1, () => reject(new Error('no'))));
    await expect(clock.runUntilSettled(failing)).rejects.toThrow('no');
  });

  it('fails when a promise can never settle', async () => {
    const clock = new VirtualClock();
    clock.schedule(500, () => {});
    const pending = clock.runUntilSettled(new Promise(() => {}), { limitMs: 100, ioPatienceMs: 5 });
    await expect(pending).rejects.toThrow('still pending after 100 ms');
  });

  it('waits for the I/O that the test reports before it moves', async () => {
    let isRunning = false;
    const clock = new VirtualClock({
      settle: async () => {
        while (isRunning) await realDelay(1);
      },
    });
    clock.schedule(10, () => {
      isRunning = true;
      void realDelay(8).then(() => (isRunning = false));
    });
    clock.schedule(20, () => expect(isRunning).toBe(false));
    await clock.advance(20);
    expect(clock.pendingTimers).toBe(0);
  });

  it('changes the wall time and keeps the monotonic time', async () => {
    const clock = new VirtualClock({ startMs: 0, monotonicStartMs: 7 });
    clock.jumpWallTime(-3_600_000);
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([-3_600_000, 7]);
  });
});
