import type { Clock } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import { sleep } from '../provider-kit/sleep.ts';
import type { Watcher } from '../contract/watcher.ts';
import { signalWithTimeout, type WaitLimits } from '../provider-kit/signal-with-timeout.ts';
import type { SessionStatus, SessionTracker } from './session-tracker.ts';

/** After its start a session may be unknown to its service for this long, milliseconds: some lookups lag. */
export const NOT_FOUND_GRACE_MS = 30_000;

/** The session that a wait polls. */
export interface WaitedSession {
  readonly handle: SessionHandle;
  readonly tracker: SessionTracker;
  readonly watcher: Watcher;
  readonly clock: Clock;
  /** Pause while the service does not know the session yet, milliseconds. */
  readonly pauseMs: number;
  /** Until then, on the monotonic clock, "not found" counts as a lagging lookup. */
  readonly graceUntilMs: number;
}

/**
 * Watches a session until its status fits. Observations go through the tracker first. A watch that ends early is restarted.
 * @throws SessionError `timeout`, `aborted`, or the permanent error of a poll.
 */
export async function waitUntil(
  session: WaitedSession,
  fits: (status: SessionStatus) => boolean,
  limits: WaitLimits,
): Promise<void> {
  if (fits(session.tracker.status)) return;
  const limit = signalWithTimeout(session.clock, limits);
  try {
    while (!(await watchOnce(session, fits, limit.signal))) {
      await sleep(session.clock, session.pauseMs, limit.signal);
    }
  } finally {
    limit.release();
  }
}

/** Follows one watch to its end. Returns false when the status does not fit and the wait continues. */
async function watchOnce(
  session: WaitedSession,
  fits: (status: SessionStatus) => boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const { tracker, watcher, clock, handle } = session;
  try {
    for await (const seen of watcher.watch(handle, signal)) {
      tracker.observe(seen);
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
