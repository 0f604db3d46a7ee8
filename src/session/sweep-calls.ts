import type { Clock } from '../contract/ports.ts';
import type { SessionProvider } from '../contract/session-provider.ts';
import type { SweepCalls } from '../ownership/sweeper.ts';
import { callContext } from './call-context.ts';
import { endSession } from './end-session.ts';
import { listObservations } from './listing.ts';

/**
 * How long looking at a session again, and ending it, may take, milliseconds. Starts with its key wait 30 s for the claim of a
 * sweep; what is not ended by then is left to the next sweep.
 */
const LOOK_LIMIT_MS = 10_000;
const END_LIMIT_MS = 15_000;

/** The calls of sweeps on a provider with its layers. */
export function sweepCalls(provider: SessionProvider, clock: Clock): SweepCalls {
  return {
    list: (signal) => listObservations(provider, clock, { signal }),
    describe: (handle, signal) => provider.describe(handle, callContext(clock, { signal, timeoutMs: LOOK_LIMIT_MS })),
    end: ({ handle, state }, signal) => {
      const session = { provider, clock, handle, state, graceUntilMs: clock.monotonicMs() };
      return endSession(session, { signal, timeoutMs: END_LIMIT_MS });
    },
  };
}
