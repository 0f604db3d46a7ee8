import { UNKNOWN_SESSION, type Observation } from '../contract/observation.ts';
import type { Clock } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { SessionProvider } from '../contract/session-provider.ts';
import type { SessionState } from '../contract/session-state.ts';
import { sleep, TIMER_EARLINESS_MS } from '../provider-kit/sleep.ts';
import { callContext, type CallOptions } from './call-context.ts';
import { END_TIMEOUT_MS } from './terminate-options.ts';

/** The pauses before a refused terminate is repeated, milliseconds. */
const REFUSED_PAUSES_MS = [1_000, 4_000] as const;

/** The pause before terminating a session again that lookups may not show yet, milliseconds. */
const UNKNOWN_PAUSE_MS = 2_000;

/** The session to end, and its last known state. */
export interface SessionToEnd {
  /** The provider with its layers. */
  readonly provider: SessionProvider;
  readonly clock: Clock;
  readonly handle: SessionHandle;
  readonly state: SessionState | undefined;
  /** Until then, on the monotonic clock, "not found" counts as a lagging lookup. */
  readonly graceUntilMs: number;
}

/**
 * Terminates a session, for {@link END_TIMEOUT_MS} in total by default. These answers do not mean that it has ended, so it is
 * terminated again: a timeout and a refusal while it is being created, a refusal while it lives (three times), and "not found"
 * shortly after its start.
 * @throws SessionError `timeout`, `aborted`, and whatever the provider's terminate fails with.
 */
export async function endSession(session: SessionToEnd, options: CallOptions = {}): Promise<Observation> {
  const { provider, clock, handle, graceUntilMs } = session;
  const { signal, timeoutMs = END_TIMEOUT_MS } = options;
  const endMs = clock.monotonicMs() + timeoutMs;
  for (let refusals = 0; ;) {
    const call = callContext(clock, { signal, timeoutMs: endMs - clock.monotonicMs() });
    let pauseMs: number;
    try {
      const seen = await provider.terminate(handle, call);
      pauseMs = Math.min(UNKNOWN_PAUSE_MS, Math.min(graceUntilMs, endMs) - clock.monotonicMs());
      if (seen.nativeState !== UNKNOWN_SESSION || pauseMs <= 0) return seen;
    } catch (error) {
      const pause = pauseAfter(error, session.state, refusals++);
      if (pause === undefined || clock.monotonicMs() + pause > endMs - TIMER_EARLINESS_MS) throw error;
      pauseMs = pause;
    }
    if (pauseMs > 0) await sleep(clock, pauseMs, call.signal);
  }
}

/** How long to wait before terminating again, milliseconds; `undefined` when that does not help. */
function pauseAfter(error: unknown, state: SessionState | undefined, refusals: number): number | undefined {
  if (!SessionError.is(error)) return undefined;
  // A timeout that the service itself answered with has used up its retries.
  if (error.kind === 'timeout') return state === 'creating' && error.retry === 'temporary' ? 0 : undefined;
  if (error.kind !== 'conflict' || error.observation === undefined) return undefined;
  const isCreating = error.observation.state === 'creating';
  return REFUSED_PAUSES_MS[refusals] ?? (isCreating ? REFUSED_PAUSES_MS.at(-1) : undefined);
}
