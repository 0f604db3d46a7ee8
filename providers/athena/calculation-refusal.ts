import type { Observation } from '../../src/contract/observation.ts';
import { SessionError } from '../../src/contract/session-error.ts';

/**
 * Athena refuses code with one code for a session that works on something else, one that has ended, and code that it does not take:
 * which of them it is, the session tells.
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
        `session ${handle.id} is ${nativeState} and takes no code now; run it when the session is ready`,
        origin,
      );
    case 'terminated':
    case 'failed':
      return new SessionError(
        'session-failed',
        `session ${handle.id} is ${nativeState} (${reason}) and takes no code any more; start another one`,
        { ...origin, observation: seen },
      );
    case 'ready':
    case undefined:
      return refused;
  }
}
