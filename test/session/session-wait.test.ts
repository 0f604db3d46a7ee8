import { describe, expect, it } from 'vitest';
import type { Observation } from '../../src/contract/observation.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import type { SessionState } from '../../src/contract/session-state.ts';
import type { WatchOptions } from '../../src/contract/watcher.ts';
import { SessionTracker } from '../../src/session/session-tracker.ts';
import { waitUntil } from '../../src/session/session-wait.ts';
import { RecordingLogger } from '../../src/testing/recording.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { failureOf } from '../failure-of.ts';

const HANDLE = { v: 1, provider: 'scripted', scope: 'here', id: 'ss-1' } as const;
const STARTED_MS = 100_000;

type Step = { readonly atMs: number; readonly state?: SessionState; readonly error?: SessionError } & Pick<
  Partial<Observation>,
  'details'
>;

interface Options {
  readonly graceMs?: number;
  readonly isKnown?: boolean;
  readonly first?: SessionState;
}

/** A session whose start began at {@link STARTED_MS}; each watch shows the next steps, by milliseconds since then. */
function setUp(
  watches: readonly (readonly Step[])[],
  { graceMs = 0, isKnown = true, first = 'creating' }: Options = {},
) {
  const clock = new VirtualClock({ monotonicStartMs: STARTED_MS });
  const observe = ({ state, details = {} }: Step): Observation => ({
    handle: HANDLE,
    state,
    nativeState: String(state),
    acceptsWork: state === 'ready',
    final: state === 'terminated',
    observedAtMs: clock.nowMs(),
    details,
  });
  const tracker = new SessionTracker(observe({ atMs: 0, state: first }), {
    reportsBusy: true,
    logger: new RecordingLogger(),
    onChange: () => {},
  });
  const asked: WatchOptions[] = [];
  const watcher = {
    async *watch(_handle: unknown, _signal: AbortSignal, options: WatchOptions = {}) {
      const steps = watches[asked.length] ?? [];
      asked.push(options);
      for (const step of steps) {
        const pauseMs = STARTED_MS + step.atMs - clock.monotonicMs();
        await new Promise<void>((resolve) => void clock.schedule(pauseMs, resolve));
        if (step.error !== undefined) throw step.error;
        yield observe(step);
      }
    },
  };
  const learned: number[] = [];
  const forecast = { startedMs: STARTED_MS, nextPause: () => 1 };
  const history = {
    add: (ms: number) => Promise.resolve(void learned.push(ms)),
    estimate: () => undefined,
    forecast: () => forecast,
  };
  const start = isKnown ? { history, startedMs: STARTED_MS } : undefined;
  const session = { handle: HANDLE, tracker, watcher, clock, graceUntilMs: STARTED_MS + graceMs, start };
  const wait = (timeoutMs = 600_000): Promise<void> => {
    const timeoutError = (failedPoll?: SessionError): SessionError =>
      new SessionError('timeout', 'too late', { operation: 'whenReady', cause: failedPoll });
    const limits = { operation: 'whenReady', timeoutMs, timeoutError };
    return clock.runUntilSettled(waitUntil(session, ({ state }) => state !== 'creating', limits));
  };
  return { clock, tracker, asked, learned, forecast, wait };
}

const times = (servedMs: number): Step['details'] => ({ createdAtMs: 5_000, startedAtMs: 5_000 + servedMs });

describe('what a wait learns of a start', () => {
  it.each<[string, Step['details'], number]>([
    ['the middle of the last two polls, without times', {}, 9_000],
    ['the times of the service, between the polls', times(9_400), 9_400],
    ['the times of the service, rounded by a second', times(7_000), 7_000],
    ['the middle, where the service was earlier', times(6_999), 9_000],
    ['the times of the service, up to the last poll', times(10_000), 10_000],
    ['the middle, where the service was later', times(10_001), 9_000],
  ])('is %s', async (_what, details, ms) => {
    const creating: Step = { atMs: 8_000, state: 'creating' };
    const { learned, wait } = setUp([[creating, { atMs: 10_000, state: 'ready', ...(details && { details }) }]]);
    await wait();
    expect(learned).toEqual([ms]);
  });

  it.each<[string, Step, readonly number[]]>([
    ['polls that are six seconds apart', { atMs: 9_000, state: 'ready' }, [6_000]],
    ['polls that are further apart: nothing', { atMs: 9_001, state: 'ready' }, []],
    ['a start that fails: nothing', { atMs: 4_000, state: 'failed' }, []],
  ])('from %s', async (_what, last, ms) => {
    const { learned, wait } = setUp([[{ atMs: 3_000, state: 'creating' }, last]]);
    await wait();
    expect(learned).toEqual(ms);
  });

  it('is nothing of a session that was ready before, or whose start is not known', async () => {
    const [ready, unknown] = [
      setUp([[{ atMs: 1_000, state: 'ready' }]], { first: 'busy' }),
      setUp([[{ atMs: 1_000, state: 'ready' }]], { isKnown: false }),
    ];
    await Promise.all([ready.wait(), unknown.wait()]);
    expect([ready.learned, unknown.learned, ready.asked]).toEqual([[], [], []]);
  });
});

describe('the watch of a wait', () => {
  it('has the forecast of the start, and first the age of the last observation', async () => {
    const { clock, asked, forecast, wait } = setUp([[], [{ atMs: 4_000, state: 'ready' }]]);
    await clock.advance(300);
    await wait(60_000);
    const untilMs = STARTED_MS + 60_300;
    expect(asked).toMatchObject([
      { untilMs, seenMsAgo: 300, forecast },
      { untilMs, forecast },
    ]);
    expect('seenMsAgo' in (asked[1] ?? {})).toBe(false);
  });

  it.each([
    [1_999, 'creating'],
    [2_000, 'terminated'],
  ])('that finds nothing after %i ms leaves the session %s', async (atMs, state) => {
    const error = new SessionError('not-found', 'no such session', { operation: 'describe' });
    const { tracker, asked, wait } = setUp([[{ atMs, error }], [{ atMs: 5_000, state: 'ready' }]], { graceMs: 2_000 });
    await wait();
    expect([asked.length, tracker.status.state]).toEqual(state === 'creating' ? [2, 'ready'] : [1, 'terminated']);
  });

  it('fails with what a poll fails with, and a timeout says which answer is missing', async () => {
    const refused = new SessionError('forbidden', 'no', { operation: 'describe' });
    expect(await failureOf(setUp([[{ atMs: 1, error: refused }]]).wait())).toBe(refused);
    const cause = new SessionError('timeout', 'describe was not answered', { operation: 'describe' });
    const late = new SessionError('timeout', 'the wait is over', { operation: 'wait', cause });
    expect((await failureOf(setUp([[{ atMs: 1, error: late }]]).wait())).cause).toBe(cause);
    const bare = new SessionError('timeout', 'no answer at all', { operation: 'wait' });
    expect(await failureOf(setUp([[{ atMs: 1, error: bare }]]).wait())).toBe(bare);
  });
});
