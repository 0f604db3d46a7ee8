import type { Observation } from '../../src/contract/observation.ts';
import { SessionError } from '../../src/contract/session-error.ts';

/**
 * Athena refuses a calculation with the same error code for a busy session, an ended one and code that it does not accept:
 * the state of the session tells which.
 */
export function explainCalculationRefusal(refused: SessionError, seen: Observation): SessionError {
  const { handle, nativeState, state, reason = 'no reason given' } = seen;
  const origin = {
    operation: 'startCalculation',
    provider: handle.provider,
    handle,
    native: refused.native,
    effect: refused.effect,
    cause: refused,
  } as const;
  switch (state) {
    case 'creating':
    case 'busy':
      return new SessionError(
        'conflict',
        `session ${handle.id} is ${nativeState} and accepts no code now; run it when the session is ready`,
        origin,
      );
    case 'terminated':
    case 'failed':
      return new SessionError(
        'session-failed',
        `session ${handle.id} is ${nativeState} (${reason}); start a new session`,
        { ...origin, observation: seen },
      );
    case 'ready':
    case undefined:
      return refused;
  }
}
