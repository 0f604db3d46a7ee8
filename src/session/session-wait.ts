import type { Clock } from '../contract/ports.ts';
import type { SessionDetails } from '../contract/observation.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import { sleep, TIMER_EARLINESS_MS } from '../provider-kit/sleep.ts';
import type { Watcher } from '../contract/watcher.ts';
import { signalWithTimeout, type WaitLimits } from '../provider-kit/signal-with-timeout.ts';
import type { StartHistory } from '../watch/start-times.ts';
import type { SessionStatus, SessionTracker } from './session-tracker.ts';

/** After its start a session may be unknown to its service for this long, milliseconds: some lookups lag. */
export const NOT_FOUND_GRACE_MS = 30_000;

/** The pause before a session is polled again that lookups do not show yet, milliseconds. */
const NOT_FOUND_PAUSE_MS = 2_000;

/** How long the last poll of a wait may take, milliseconds: it begins when the time is up. */
export const LAST_POLL_MS = 1_000;

/** A start whose length is seen later than this after it was ready teaches nothing, milliseconds. */
const LONGEST_GAP_MS = 6_000;

/** The times of a service may be rounded, milliseconds. */
const TIME_ROUNDING_MS = 1_000;

/** A start of this process, with what is known about such starts. */
export interface KnownStart {
  readonly history: Pick<StartHistory, 'add' | 'estimate' | 'forecast'>;
  /** When it began, milliseconds of the monotonic clock. */
  readonly startedMs: number;
}

/** The session that a wait polls. */
export interface WaitedSession {
  readonly handle: SessionHandle;
  readonly tracker: SessionTracker;
  readonly watcher: Watcher;
  readonly clock: Clock;
  /** Until then, on the monotonic clock, "not found" counts as a lagging lookup. */
  readonly graceUntilMs: number;
  readonly start?: KnownStart | undefined;
}

/**
 * Watches a session until its status fits. Observations go through the tracker first. A watch that ends early is restarted.
 * When the time is up, one last poll decides.
 * @throws SessionError `timeout`, `aborted`, or the permanent error of a poll.
 */
export async function waitUntil(
  session: WaitedSession,
  fits: (status: SessionStatus) => boolean,
  limits: Omit<WaitLimits, 'timeoutError'> & { readonly timeoutError: (failedPoll?: SessionError) => SessionError },
): Promise<void> {
  const { tracker, clock } = session;
  if (fits(tracker.status)) return;
  const untilMs = clock.monotonicMs() + limits.timeoutMs;
  /** Why the last poll failed, if it did. */
  const last: { failure?: SessionError | undefined } = {};
  const timeoutError = (): SessionError => limits.timeoutError(last.failure);
  const limit = signalWithTimeout(clock, { ...limits, timeoutMs: limits.timeoutMs + LAST_POLL_MS, timeoutError });
  let seenMsAgo: number | undefined = Math.max(0, clock.nowMs() - tracker.status.observedAtMs);
  try {
    for (;;) {
      if (await watchOnce(session, fits, limit.signal, { untilMs, seenMsAgo, last })) return;
      seenMsAgo = undefined;
      const leftMs = untilMs - clock.monotonicMs();
      if (leftMs <= TIMER_EARLINESS_MS) throw timeoutError();
      await sleep(clock, Math.min(NOT_FOUND_PAUSE_MS, leftMs), limit.signal);
    }
  } catch (error) {
    // The last poll had no answer: its attempt tells whose.
    if (SessionError.is(error, 'timeout') && SessionError.is(error.cause, 'timeout')) {
      throw limits.timeoutError(error.cause);
    }
    throw error;
  } finally {
    limit.release();
  }
}

interface WatchLimits {
  readonly untilMs: number;
  readonly seenMsAgo: number | undefined;
  readonly last: { failure?: SessionError | undefined };
}

/** Follows one watch to its end. Returns false when the status does not fit and the wait continues. */
async function watchOnce(
  session: WaitedSession,
  fits: (status: SessionStatus) => boolean,
  signal: AbortSignal,
  { untilMs, seenMsAgo, last }: WatchLimits,
): Promise<boolean> {
  const { tracker, watcher, clock, handle, start } = session;
  const options = {
    untilMs,
    ...(start !== undefined &&
      tracker.status.state === 'creating' && { forecast: start.history.forecast(start.startedMs) }),
    ...(seenMsAgo !== undefined && { seenMsAgo }),
    onFailedPoll: (error: SessionError) => void (last.failure = error),
  };
  let creatingMs = clock.monotonicMs() - (seenMsAgo ?? LONGEST_GAP_MS);
  try {
    for await (const seen of watcher.watch(handle, signal, options)) {
      last.failure = undefined;
      const wasCreating = tracker.status.state === 'creating';
      tracker.observe(seen);
      const nowMs = clock.monotonicMs();
      if (tracker.status.state === 'creating') creatingMs = nowMs;
      else if (wasCreating && tracker.status.acceptsWork)
        learn(start, { creatingMs, readyMs: nowMs, details: tracker.status.details });
      if (fits(tracker.status)) return true;
    }
    return false;
  } catch (error) {
    if (!SessionError.is(error, 'not-found')) throw error;
    if (clock.monotonicMs() < session.graceUntilMs) return false;
    tracker.observeGone(clock.nowMs());
    return true;
  }
}

/** The session became ready between two polls; where its service has the times, they tell when. */
function learn(
  start: KnownStart | undefined,
  {
    creatingMs,
    readyMs,
    details,
  }: { readonly creatingMs: number; readonly readyMs: number; readonly details: SessionDetails },
): void {
  if (start === undefined || readyMs - creatingMs > LONGEST_GAP_MS) return;
  const { createdAtMs = Number.NaN, startedAtMs = Number.NaN } = details;
  const servedMs = startedAtMs - createdAtMs;
  const fromMs = creatingMs - start.startedMs;
  const toMs = readyMs - start.startedMs;
  void start.history.add(servedMs >= fromMs - TIME_ROUNDING_MS && servedMs <= toMs ? servedMs : (fromMs + toMs) / 2);
}
