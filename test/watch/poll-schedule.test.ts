import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PollSchedule, type Pollable, type PollInterval } from '../../src/watch/poll-schedule.ts';

const CREATED_MS = 1_000_000;
const GROWING: PollInterval = { watchIntervalMs: { min: 1_000, max: 5_000 } };
const EXPECTING: PollInterval = { ...GROWING, expectedStartMs: { min: 60_000, max: 150_000 } };

/** What a look at a session of this age shows. */
function seenAt(ageMs: number, changes: Partial<Pollable> = {}): Pollable {
  return {
    final: false,
    state: 'creating',
    observedAtMs: CREATED_MS + ageMs,
    details: { createdAtMs: CREATED_MS },
    ...changes,
  };
}

const pausesOf = (plan: PollSchedule, looks: readonly (Pollable | undefined)[]): readonly number[] =>
  looks.map((seen) => plan.pauseAfter(seen));

describe('when to look again', () => {
  it('grows from the shortest pause to the longest where nothing is expected', () => {
    const looks = Array.from({ length: 6 }, () => seenAt(0));
    expect(pausesOf(new PollSchedule(GROWING), looks)).toEqual([1_000, 1_500, 2_250, 3_375, 5_000, 5_000]);
  });

  it.each([
    [0, 30_000],
    [1, 29_999],
    [29_999, 1_000],
    [30_000, 30_000],
    [45_000, 15_000],
    [59_500, 1_000],
    [60_000, 3_000],
    [105_000, 2_000],
    [127_500, 1_500],
    [149_999, 1_000.02],
  ])('C-115 looks at what was created %d ms ago again in %d ms', (ageMs, pauseMs) => {
    expect(new PollSchedule(EXPECTING).pauseAfter(seenAt(ageMs))).toBeCloseTo(pauseMs, 1);
  });

  it('C-115 grows from the shortest pause once a start takes longer than expected', () => {
    const plan = new PollSchedule(EXPECTING);
    expect(pausesOf(plan, [seenAt(0), seenAt(149_000)]).map(Math.round)).toEqual([30_000, 1_022]);
    expect(pausesOf(plan, [seenAt(150_000), seenAt(151_000), seenAt(600_000)])).toEqual([1_000, 1_500, 2_250]);
  });

  it.each([
    ['has been created', seenAt(0, { state: 'ready' })],
    ['ends', seenAt(0, { state: 'terminated' })],
    ['is in a state that nobody knows', seenAt(0, { state: undefined })],
    ['does not tell since when it is created', seenAt(0, { details: {} })],
    ['could not be looked at', undefined],
  ])('expects nothing of what %s', (_what, seen) => {
    expect(pausesOf(new PollSchedule(EXPECTING), [seen, seen])).toEqual([1_000, 1_500]);
  });

  it('is not fooled by a service whose clock is ahead', () => {
    expect(new PollSchedule(EXPECTING).pauseAfter(seenAt(-3_600_000))).toBe(30_000);
  });

  it('C-115 never pauses less than the shortest, nor beyond the time from which starts are expected', () => {
    const pace = fc
      .tuple(fc.nat(10_000), fc.nat(60_000), fc.integer({ min: 1, max: 600_000 }), fc.integer({ min: 1, max: 600_000 }))
      .map(([shortest, more, quiet, expected]) => ({
        watchIntervalMs: { min: shortest + 1, max: shortest + 1 + more },
        expectedStartMs: { min: quiet, max: quiet + expected },
      }));
    fc.assert(
      fc.property(pace, fc.integer({ min: -10_000, max: 2_000_000 }), (given, ageMs) => {
        const { watchIntervalMs, expectedStartMs } = given;
        const pauseMs = new PollSchedule(given).pauseAfter(seenAt(ageMs));
        expect(pauseMs).toBeGreaterThanOrEqual(watchIntervalMs.min);
        if (ageMs >= expectedStartMs.min) expect(pauseMs).toBeLessThanOrEqual(3 * watchIntervalMs.min);
        else expect(Math.max(0, ageMs) + pauseMs).toBeLessThanOrEqual(expectedStartMs.min + watchIntervalMs.min);
      }),
      { numRuns: 500 },
    );
  });
});
