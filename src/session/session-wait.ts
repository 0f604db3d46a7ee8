import type { Clock } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import { sleep } from '../provider-kit/sleep.ts';
import type { Watcher } from '../contract/watcher.ts';
import { signalWithTimeout, type WaitLimits } from './signal-with-timeout.ts';
import type { SessionStatus, SessionTracker } from './session-tracker.ts';

/** For so long after its start a session that its service does not know yet is believed in, milliseconds: some lookups lag. */
export const NOT_FOUND_GRACE_MS = 30_000;

/** A session as its waiters see it. */
export interface WaitedSession {
  readonly handle: SessionHandle;
  readonly tracker: SessionTracker;
  readonly watcher: Watcher;
  readonly clock: Clock;
  /** How long to leave a service alone that does not know the session yet, milliseconds. */
  readonly pauseMs: number;
  /** Until when, on the monotonic clock, "not found" is taken for a lagging lookup. */
  readonly believedUntilMs: number;
}

/**
 * Watches a session until its status fits; all that is seen goes through the tracker first.
 * A watch that ends before is begun anew.
 * @throws SessionError the limits' own, `aborted`, or whatever looking fails with for good.
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

/** Follows one watch to its end; false when the status does not fit and it is worth looking again. */
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
    if (clock.monotonicMs() < session.believedUntilMs) return false;
    tracker.observeGone(clock.nowMs());
    return true;
  }
}
