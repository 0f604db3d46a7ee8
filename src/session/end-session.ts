import type { Observation } from '../contract/observation.ts';
import type { Clock } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { SessionProvider } from '../contract/session-provider.ts';
import type { SessionState } from '../contract/session-state.ts';
import { callContext, type CallOptions } from './call-context.ts';
import { END_TIMEOUT_MS } from './terminate-options.ts';

/** Timers may fire this early by the monotonic clock, milliseconds: that rest is not enough for another call. */
const TIMER_EARLINESS_MS = 2;

/** The session to end, and its last known state. */
export interface SessionToEnd {
  /** The provider with its layers. */
  readonly provider: SessionProvider;
  readonly clock: Clock;
  readonly handle: SessionHandle;
  readonly state: SessionState | undefined;
}

/**
 * Terminates a session. A service may refuse to end a session that it is still creating, for longer than one call may take:
 * a call that times out is then repeated, for {@link END_TIMEOUT_MS} in total by default.
 * @throws SessionError `timeout`, `aborted`, and whatever the provider's terminate fails with.
 */
export async function endSession(
  { provider, clock, handle, state }: SessionToEnd,
  { signal, timeoutMs = END_TIMEOUT_MS }: CallOptions = {},
): Promise<Observation> {
  const endMs = clock.monotonicMs() + timeoutMs;
  for (;;) {
    try {
      return await provider.terminate(handle, callContext(clock, { signal, timeoutMs: endMs - clock.monotonicMs() }));
    } catch (error) {
      // A timeout that the service itself answered with has used up its retries.
      const isOnlyLate = SessionError.is(error, 'timeout') && error.retry === 'temporary';
      if (state !== 'creating' || !isOnlyLate || clock.monotonicMs() > endMs - TIMER_EARLINESS_MS) throw error;
    }
  }
}
