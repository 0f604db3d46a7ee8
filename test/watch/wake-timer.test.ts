import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { WakeTimer } from '../../src/watch/wake-timer.ts';

function setUp() {
  const clock = new VirtualClock({ monotonicStartMs: 0 });
  const wokenMs: number[] = [];
  const timer = new WakeTimer(clock, () => wokenMs.push(clock.monotonicMs()));
  return { clock, wokenMs, timer };
}

describe('WakeTimer', () => {
  it('wakes once, at the earliest time, whatever the order', async () => {
    const { clock, wokenMs, timer } = setUp();
    for (const timeMs of [500, 300, 300, 900]) timer.at(timeMs);
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(2_000);
    expect(wokenMs).toEqual([300]);
  });

  it('wakes again when it is set again', async () => {
    const { clock, wokenMs, timer } = setUp();
    timer.at(300);
    await clock.advance(300);
    timer.at(900);
    await clock.advance(1_000);
    expect(wokenMs).toEqual([300, 900]);
  });

  it('wakes after the current task for a time that is past, once', async () => {
    const { clock, wokenMs, timer } = setUp();
    await clock.advance(1_000);
    timer.at(1_000);
    timer.at(400);
    expect([wokenMs, clock.pendingTimers]).toEqual([[], 0]);
    await Promise.resolve();
    expect(wokenMs).toEqual([1_000]);
  });

  it('does not wake once it is stopped, and can be set anew', async () => {
    const { clock, wokenMs, timer } = setUp();
    timer.at(300);
    timer.stop();
    timer.at(0);
    timer.stop();
    await clock.advance(1_000);
    expect([wokenMs, clock.pendingTimers]).toEqual([[], 0]);
    timer.at(1_500);
    await clock.advance(1_000);
    expect(wokenMs).toEqual([1_500]);
  });
});
