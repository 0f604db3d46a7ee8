import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longestPauseMs } from '../../src/watch/poll-schedule.ts';
import { estimateStart } from '../../src/watch/start-estimate.ts';
import { StartWindow } from '../../src/watch/start-window.ts';

/** When a start that never becomes ready is polled, milliseconds since it began. */
function pollsOf(samplesMs: readonly number[], untilMs: number): readonly number[] {
  const window = new StartWindow(samplesMs);
  const polls: number[] = [];
  for (let ageMs = 0; ageMs < untilMs;) {
    const pauseMs = window.nextPause({ ageMs, polls: polls.length, longestMs: longestPauseMs(ageMs) });
    if (pauseMs === undefined) break;
    ageMs += pauseMs;
    polls.push(Math.round(ageMs));
  }
  return polls;
}

const FIVE = [40_000, 43_000, 45_000, 47_000, 50_000];

describe('StartWindow', () => {
  it('reaches beyond its samples, the less the more there are', () => {
    const windows = [[10_000], [10_000, 10_000], FIVE].map((samples) => new StartWindow(samples));
    expect(windows.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
      [5_000, 15_000],
      [7_500, 12_500],
      [36_000, 55_000.000000000007],
    ]);
  });

  it('polls as rarely as a wait may before the window, densely inside it and most in its middle', () => {
    const polls = pollsOf(FIVE, 55_000);
    expect(polls.filter((atMs) => atMs <= 36_000)).toEqual([
      ...[2_000, 4_000, 6_000, 8_000, 10_000, 12_500, 15_625, 19_531, 24_414, 29_414, 34_414],
    ]);
    const pausesIn = (fromMs: number, toMs: number): readonly number[] =>
      polls.flatMap((atMs, at) => {
        const beforeMs = polls[at - 1] ?? 0;
        return beforeMs >= fromMs && atMs <= toMs ? [atMs - beforeMs] : [];
      });
    const longest = (pauses: readonly number[]): number => Math.max(...pauses);
    expect(longest(pausesIn(43_000, 47_000))).toBeLessThan(600);
    expect(longest(pausesIn(50_000, 55_000))).toBeGreaterThan(600);
    expect(polls.length).toBeLessThanOrEqual(33);
  });

  it('polls a late start as if it were inside, and knows nothing of one that is much later', () => {
    const window = new StartWindow(FIVE);
    const late = { polls: 30, longestMs: 5_000 };
    expect(window.nextPause({ ...late, ageMs: 55_001 })).toBe(1_800);
    expect(window.nextPause({ ...late, ageMs: 82_499 })).toBe(1_800);
    expect(window.nextPause({ ...late, ageMs: 82_501 })).toBeUndefined();
  });

  it('has no calls to spare for a start of one second: one poll when all should be ready', () => {
    const [first = 0, second = 0] = pollsOf([950, 1_000, 1_000, 1_050], 3_000);
    expect(first).toBeGreaterThanOrEqual(1_050);
    expect(first).toBeLessThanOrEqual(1_200);
    expect(second - first).toBe(1_800);
  });

  it('polls a short start at ages that double, until a wait of two seconds costs no more', () => {
    expect(pollsOf([200, 300], 60_000)).toEqual([25, 50, 100, 200, 400, 800, 1_600, 3_200]);
  });

  it('C-115 never pauses longer than a wait may, nor two seconds inside the window, nor too shortly', () => {
    const samples = fc.array(fc.integer({ min: 1, max: 600_000 }), { minLength: 1, maxLength: 32 });
    fc.assert(
      fc.property(samples, fc.nat(900_000), fc.nat(400), (samplesMs, ageMs, polls) => {
        const window = new StartWindow(samplesMs);
        const longestMs = longestPauseMs(ageMs);
        const pauseMs = window.nextPause({ ageMs, polls, longestMs });
        if (pauseMs === undefined) {
          expect(ageMs).toBeGreaterThanOrEqual(window.toMs * 1.5);
          return;
        }
        expect(pauseMs).toBeGreaterThanOrEqual(window.toMs <= 500 ? 25 : 200);
        expect(pauseMs).toBeLessThanOrEqual(ageMs < window.fromMs || window.toMs <= 500 ? longestMs : 1_800);
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes equal samples', () => {
    expect(pollsOf([5_000, 5_000, 5_000, 5_000], 6_000).slice(0, 3)).toEqual([2_000, 4_000, expect.any(Number)]);
  });
});

describe('estimateStart', () => {
  it.each([
    [[58_000, 60_000, 75_400], 41_200, 'usually 58 to 75 s, now 41 s'],
    [[60_100, 59_900, 60_000], 0, 'usually 60 s, now 0 s'],
    [
      [100_000, 50_000, 61_000, 62_000, 63_000, 64_000, 65_000, 66_000, 67_000, 68_000, 10_000],
      9_499,
      'usually 50 to 68 s, now 9 s',
    ],
  ])('says how long starts like %j usually take', (samples, elapsedMs, text) => {
    expect(estimateStart(samples, elapsedMs)).toMatchObject({ elapsedMs, text });
  });

  it('says nothing after two starts', () => {
    expect(estimateStart([60_000, 61_000], 1_000)).toBeUndefined();
  });
});
