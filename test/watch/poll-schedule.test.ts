import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PollSchedule, type PollInterval } from '../../src/watch/poll-schedule.ts';

/** When a wait polls, milliseconds since it began. */
function pollsOf(interval: PollInterval['watchIntervalMs'], untilMs: number): readonly number[] {
  const schedule = new PollSchedule({ watchIntervalMs: interval });
  const polls: number[] = [];
  for (let atMs = 0; atMs <= untilMs;) {
    atMs += schedule.nextPause(atMs);
    polls.push(Math.round(atMs));
  }
  return polls;
}

describe('when to poll', () => {
  it('C-115 pauses grow from the shortest to the longest, within a quarter of the time so far', () => {
    expect(pollsOf({ min: 1_000, max: 60_000 }, 30_000)).toEqual([
      ...[1_000, 3_000, 5_000, 7_000, 9_000, 11_250, 14_063, 17_578, 21_973, 26_973, 31_973],
    ]);
  });

  it.each([
    [{ min: 5, max: 50 }, 200, [5, 15, 35, 75, 125, 175, 225]],
    [{ min: 5_000, max: 120_000 }, 8_000, [2_000, 4_000, 6_000, 8_000, 10_000]],
    [{ min: 1_000, max: 3_000 }, 20_000, [1_000, 3_000, 5_000, 7_000, 9_000, 11_250, 14_063, 17_063, 20_063]],
  ])('C-115 keeps the interval %j of a provider', (interval, untilMs, polls) => {
    expect(pollsOf(interval, untilMs)).toEqual(polls);
  });

  it('C-115 no pause is longer than max(2 s, min(t / 4, 5 s)), whatever the provider says', () => {
    const interval = fc
      .tuple(fc.integer({ min: 1, max: 600_000 }), fc.nat(600_000))
      .map(([min, more]) => ({ min, max: min + more }));
    fc.assert(
      fc.property(interval, fc.array(fc.nat(60_000), { maxLength: 40 }), (watchIntervalMs, delays) => {
        const schedule = new PollSchedule({ watchIntervalMs });
        let waitedMs = 0;
        for (const delayMs of delays) {
          const pauseMs = schedule.nextPause(waitedMs);
          expect(pauseMs).toBeLessThanOrEqual(Math.max(2_000, Math.min(waitedMs / 4, 5_000)));
          expect(pauseMs).toBeLessThanOrEqual(watchIntervalMs.max);
          expect(pauseMs).toBeGreaterThanOrEqual(Math.min(watchIntervalMs.min, 2_000));
          waitedMs += pauseMs + delayMs;
        }
      }),
      { numRuns: 500 },
    );
  });
});
