import type { Observation } from '../../src/contract/observation.ts';
import { SessionError } from '../../src/contract/session-error.ts';

/**
 * Services refuse a calculation with the same error code for a busy session, an ended one and code that they do not accept: the
 * state of the session shows which.
 */
function explainByState(refused: SessionError, seen: Observation): SessionError {
  const { handle, nativeState, state, reason = 'no reason given' } = seen;
  const origin = {
    operation: refused.operation,
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

/** Describes the session to explain a refused calculation; without an explanation the refusal stands. */
export async function explainCalculationRefusal(
  refused: SessionError,
  describe: () => Promise<Observation>,
): Promise<SessionError> {
  try {
    return explainByState(refused, await describe());
  } catch (error) {
    return SessionError.is(error, 'not-found') ? error.with({ operation: refused.operation }) : refused;
  }
}
