import { describe, expect, it } from 'vitest';
import { SessionError } from '../../src/contract/session-error.ts';
import type { StartProgress, WatchOptions } from '../../src/contract/watcher.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { Watch, Watched } from '../../src/watch/watched.ts';

const HANDLE = { v: 1, provider: 'scripted', scope: 'here', id: 'ss-1' } as const;
const late = new SessionError('timeout', 'too late', { operation: 'wait' });

/** A session that is polled every one to eight seconds, and the time since its first wait began. */
function setUp({ random = 0 } = {}) {
  const clock = new VirtualClock({ monotonicStartMs: 1_000_000 });
  const interval = { watchIntervalMs: { min: 1_000, max: 8_000 } };
  const watched = new Watched<string>(HANDLE, { clock, random: { next: () => random, hex: () => '' }, interval });
  const wait = (options: WatchOptions = {}): Watch<string> => {
    const watch = new Watch<string>(options);
    watched.add(watch);
    return watch;
  };
  /** Milliseconds from now. */
  const dueInMs = (): number => watched.dueMs - clock.monotonicMs();
  return { clock, watched, wait, dueInMs };
}

describe('a wait', () => {
  it('takes the newest observation, each one once', async () => {
    const watch = new Watch<string>({});
    watch.offer('old');
    watch.offer('new');
    expect(await watch.next()).toBe('new');
    const next = watch.next();
    watch.offer('later');
    expect(await next).toBe('later');
  });

  it('takes what came before its end', async () => {
    const watch = new Watch<string>({});
    watch.offer('last');
    watch.end();
    expect([await watch.next(), await watch.next()]).toEqual(['last', undefined]);
  });

  it('fails although something came before', async () => {
    const watch = new Watch<string>({});
    const next = watch.next();
    watch.offer('last');
    watch.fail(late);
    await expect(next).rejects.toBe(late);
    await expect(watch.next()).rejects.toBe(late);
  });

  it.each([
    ['end', undefined],
    ['failure', late],
  ])('keeps its first end: %s', async (first, error) => {
    const watch = new Watch<string>({});
    const next = watch.next();
    if (first === 'end') watch.end();
    else watch.fail(late);
    watch.end();
    watch.fail(new Error('another one'));
    if (error === undefined) expect(await next).toBeUndefined();
    else await expect(next).rejects.toBe(error);
  });
});

describe('when a session is polled', () => {
  it('is at once for a new wait, and after the rest of a pause for one that has seen it', () => {
    const { wait, dueInMs } = setUp();
    wait({ seenMsAgo: 300 });
    expect(dueInMs()).toBe(700);
    wait();
    expect(dueInMs()).toBe(0);
    wait({ seenMsAgo: 0 });
    expect(dueInMs()).toBe(0);
  });

  it('is now where the pause is over', () => {
    const { wait, dueInMs } = setUp();
    wait({ seenMsAgo: 60_000 });
    expect(dueInMs()).toBe(0);
  });

  it('is never after the time of a wait is up', () => {
    const { clock, watched, wait, dueInMs } = setUp();
    expect(watched.untilMs).toBe(Number.POSITIVE_INFINITY);
    wait({ seenMsAgo: 0, untilMs: clock.monotonicMs() + 400 });
    wait({ untilMs: clock.monotonicMs() + 900, seenMsAgo: 0 });
    wait({ seenMsAgo: 0 });
    expect([watched.untilMs - clock.monotonicMs(), dueInMs()]).toEqual([400, 400]);
  });

  it('is after growing pauses, up to a tenth shorter', () => {
    const [punctual, jittered] = [setUp(), setUp({ random: 1 })];
    const pauses = [punctual, jittered].map(({ watched, dueInMs }) =>
      [1, 2].map(() => {
        watched.polled(0);
        return dueInMs();
      }),
    );
    expect(pauses).toEqual([
      [1_000, 2_000],
      [900, 1_800],
    ]);
  });

  it('is when the forecast says, without jitter', async () => {
    const { clock, watched, wait, dueInMs } = setUp({ random: 1 });
    const asked: StartProgress[] = [];
    const nextPause = (progress: StartProgress): number => {
      asked.push(progress);
      return 1_234;
    };
    wait({ seenMsAgo: 0 });
    wait({ seenMsAgo: 0, forecast: { startedMs: clock.monotonicMs() - 5_000, nextPause } });
    await clock.advance(12_000);
    watched.polled(clock.monotonicMs());
    expect(dueInMs()).toBe(1_234);
    expect(asked).toEqual([
      { ageMs: 5_000, polls: 0, longestMs: 2_000 },
      { ageMs: 17_000, polls: 1, longestMs: 3_000 },
    ]);
  });
});

describe('a poll', () => {
  it('ends the waits whose last poll it was, and no other', async () => {
    const { clock, watched, wait } = setUp();
    const nowMs = clock.monotonicMs();
    const [over, nearly, longer, endless] = [nowMs, nowMs + 2, nowMs + 3, undefined].map((untilMs) =>
      wait(untilMs === undefined ? {} : { untilMs }),
    );
    watched.show('creating');
    watched.polled(nowMs);
    expect([...watched.watches]).toEqual([longer, endless]);
    expect([await over?.next(), await over?.next()]).toEqual(['creating', undefined]);
    expect([await nearly?.next(), await nearly?.next()]).toEqual(['creating', undefined]);
    expect(watched.seen).toBe('creating');
  });

  it('that fails is reported to each wait, unless it is a bug', () => {
    const { watched, wait } = setUp();
    const failed: unknown[] = [];
    wait({ onFailedPoll: (error) => failed.push(error) });
    wait();
    watched.pollFailed(late);
    watched.pollFailed(new TypeError('a bug'));
    expect(failed).toEqual([late]);
  });

  it('that fails for good ends all waits', async () => {
    const { watched, wait } = setUp();
    const waits = [wait(), wait()].map((watch) => watch.next());
    watched.fail(late);
    for (const next of waits) await expect(next).rejects.toBe(late);
  });

  it.each([
    ['whole, for a new session', { isWhole: true }, false],
    ['incomplete', { isWhole: false }, true],
    ['whole, ten seconds after the wait began', { isWhole: true, waitedMs: 10_000 }, true],
    ['whole, just before that', { isWhole: true, waitedMs: 9_999 }, false],
    ['whole, for a session that was seen before', { isWhole: true, isSeen: true }, true],
    ['whole, the last one of a wait', { isWhole: true, untilMs: 0 }, true],
  ])('by a list that is %s does without the session, or not', async (_what, list, isMissing) => {
    const {
      isWhole,
      waitedMs = 0,
      isSeen = false,
      untilMs,
    } = { untilMs: undefined, ...list } as {
      readonly isWhole: boolean;
      readonly waitedMs?: number;
      readonly isSeen?: boolean;
      readonly untilMs: number | undefined;
    };
    const { clock, watched, wait, dueInMs } = setUp();
    wait(untilMs === undefined ? {} : { untilMs: clock.monotonicMs() + untilMs });
    if (isSeen) watched.show('ready');
    await clock.advance(waitedMs);
    watched.missed(clock.monotonicMs(), isWhole);
    expect(watched.isMissing).toBe(isMissing);
    expect(dueInMs() > 0).toBe(!isMissing);
  });
});
