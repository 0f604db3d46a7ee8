import type { Observation } from '../contract/observation.ts';
import type { Clock } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { SessionProvider } from '../contract/session-provider.ts';
import type { SessionState } from '../contract/session-state.ts';
import { callContext, type CallOptions } from './call-context.ts';
import { END_TIMEOUT_MS } from './terminate-options.ts';

/** Timers ring up to so much before their time by the monotonic clock: what is left then is no time for another call, milliseconds. */
const TIMER_EARLINESS_MS = 2;

/** What is to be ended, and how it was seen last. */
export interface EndedSession {
  /** The provider with its layers. */
  readonly provider: SessionProvider;
  readonly clock: Clock;
  readonly handle: SessionHandle;
  readonly state: SessionState | undefined;
}

/**
 * Asks for the end of a session. A service may refuse that as long as it creates the session, which takes longer than one call may:
 * so a call that runs out of time is repeated then, for {@link END_TIMEOUT_MS} in all unless `timeoutMs` says otherwise.
 * @throws SessionError `timeout`, `aborted`, and whatever the provider's terminate fails with.
 */
export async function endSession(
  { provider, clock, handle, state }: EndedSession,
  { signal, timeoutMs = END_TIMEOUT_MS }: CallOptions = {},
): Promise<Observation> {
  const endMs = clock.monotonicMs() + timeoutMs;
  for (;;) {
    try {
      return await provider.terminate(handle, callContext(clock, { signal, timeoutMs: endMs - clock.monotonicMs() }));
    } catch (error) {
      // A service that itself answered with a timeout, again and again, was asked often enough.
      const isOnlyLate = SessionError.is(error, 'timeout') && error.retry === 'temporary';
      if (state !== 'creating' || !isOnlyLate || clock.monotonicMs() > endMs - TIMER_EARLINESS_MS) throw error;
    }
  }
}
