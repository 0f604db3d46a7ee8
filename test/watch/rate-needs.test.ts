import { describe, expect, it } from 'vitest';
import { RecordingLogger } from '../../src/testing/recording.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import type { CallRates, Neighbours } from '../../src/watch/neighbours.ts';
import { RateBudget } from '../../src/watch/rate-budget.ts';

const NEVER = new AbortController().signal;

/** One process that may make ten calls a second, and neighbours that need what a test says. */
function setUp(others: readonly CallRates[] = []) {
  const clock = new VirtualClock({ monotonicStartMs: 0 });
  const logger = new RecordingLogger();
  const exchanges: { readonly atMs: number; readonly own: CallRates }[] = [];
  const goneMs: number[] = [];
  const host = { others, failure: undefined as Error | undefined, left: 0 };
  const neighbours: Neighbours = {
    exchange: (own) => {
      if (host.failure !== undefined) throw host.failure;
      exchanges.push({ atMs: clock.monotonicMs(), own });
      return host.others;
    },
    leave: () => (host.left += 1),
  };
  const budget = new RateBudget(clock, { reads: 10, writes: 10 }, { neighbours, logger });
  const call = (count: number): void => {
    const note = (): void => void goneMs.push(clock.monotonicMs());
    for (let each = 0; each < count; each++) {
      const turn = budget.take('describe', 'reads', { signal: NEVER });
      if (turn === undefined) note();
      else void turn.then(note);
    }
  };
  /** How many calls went from a time on, before another one. */
  const gone = (fromMs: number, untilMs: number): number => goneMs.filter((ms) => ms >= fromMs && ms < untilMs).length;
  return { clock, logger, host, exchanges, call, gone };
}

const timesOf = (exchanges: readonly { readonly atMs: number }[]) => exchanges.map(({ atMs }) => atMs);

describe('what a process publishes', () => {
  it('is read again at growing pauses, and soon after the number of processes has changed', async () => {
    const { clock, host, exchanges, call } = setUp();
    call(2);
    await clock.advance(3_500);
    expect(timesOf(exchanges)).toEqual([0, 100, 300, 700, 1_500, 2_500, 3_500]);
    host.others = [{ reads: 1, writes: 1 }];
    await clock.advance(1_300);
    expect(timesOf(exchanges.slice(7))).toEqual([4_500, 4_550, 4_650]);
  });

  it('is at least one call a second at first, then the average of a second', async () => {
    const { clock, exchanges, call } = setUp();
    call(6);
    await clock.advance(3_500);
    expect(exchanges.map(({ own }) => own.reads)).toEqual([1, 5, 5, 5, 5_000 / 1_500, 5_000 / 1_500, 0]);
    expect(exchanges.map(({ own }) => own.writes)).toEqual([1, 1, 1, 1, 1, 0, 0]);
  });

  it('is the whole rate while calls wait for it, and is published soon', async () => {
    const { clock, exchanges, call } = setUp();
    call(2);
    await clock.advance(2_600);
    call(15);
    await clock.advance(40);
    call(1);
    await clock.advance(60);
    expect(timesOf(exchanges.slice(5))).toEqual([2_500, 2_600, 2_700]);
    expect(exchanges.slice(5).map(({ own }) => own.reads)).toEqual([1_000 / 1_500, 10, 10]);
    await clock.advance(5_000);
    expect(exchanges.at(-1)?.own.reads).toBe(0);
  });

  it('is withdrawn after ten quiet seconds, and published by the second call after that', async () => {
    const { clock, host, exchanges, call } = setUp();
    call(2);
    await clock.advance(11_500);
    expect([host.left, clock.pendingTimers]).toEqual([1, 0]);
    const before = exchanges.length;
    call(1);
    expect(exchanges).toHaveLength(before);
    call(1);
    expect(exchanges).toHaveLength(before + 1);
    await clock.advance(100);
    expect(exchanges).toHaveLength(before + 2);
  });
});

describe('what a process makes of the needs of others', () => {
  it.each([
    ['nobody else', [], 10],
    ['one that needs nothing', [{ reads: 0, writes: 9 }], 2],
    ['one that needs all', [{ reads: 10, writes: 0 }], 1],
  ])('its burst is its own beside %s', async (_who, others, count) => {
    const { clock, call, gone } = setUp(others);
    call(20);
    // The first call goes without sharing. Others may have used up the burst.
    expect(gone(0, 1)).toBe(count === 10 ? 10 : 1);
    await clock.advance(150);
    expect(gone(0, 110)).toBe(count === 10 ? 11 : count);
  });

  it.each([
    ['nobody needs anything', [{ reads: 0, writes: 5 }], 10],
    [
      'one of two needs half',
      [
        { reads: 0, writes: 0 },
        { reads: 5, writes: 0 },
      ],
      3,
    ],
  ])('a quiet second saves up its part of the rate where %s', async (_what, others, count) => {
    const { clock, call, gone } = setUp(others);
    call(2);
    await clock.advance(5_000);
    call(20);
    expect(gone(5_000, 5_001)).toBe(count);
  });

  it('ends when the folder cannot be used any more: one warning, and the whole rate', async () => {
    const { clock, logger, host, call, gone } = setUp([{ reads: 10, writes: 10 }]);
    call(200);
    await clock.advance(5_000);
    expect(gone(1_000, 5_000)).toBe(20);
    host.failure = new Error('no such folder');
    await clock.advance(5_000);
    expect(gone(7_000, 10_000)).toBe(30);
    expect([host.left, logger.entries]).toEqual([
      1,
      [
        {
          level: 'warn',
          fields: { error: host.failure },
          message: expect.stringContaining('the call rate is not shared with other processes') as string,
        },
      ],
    ]);
  });
});
