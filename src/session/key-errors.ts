import type { Observation } from '../contract/observation.ts';
import { SessionError } from '../contract/session-error.ts';

/** The session of the key has ended, and its start wants no other one. */
export function endedKeyError(key: string, ended: Observation): SessionError {
  const { handle, nativeState, reason } = ended;
  const why = reason === undefined ? '' : `: ${reason}`;
  return new SessionError('conflict', `the session with key '${key}' has ended (${nativeState}${why})`, {
    operation: 'start',
    handle,
    observation: ended,
    advice: 'Use another key, or `restart: true` to start a new one.',
  });
}

/** The session of the key lives and belongs to another owner. */
export function otherOwnerError(key: string, owner: string, first: Observation): SessionError {
  return new SessionError('conflict', `the session with key '${key}' belongs to ${owner}`, {
    operation: 'start',
    handle: first.handle,
    observation: first,
    advice: "Use another key, or `adopt: 'any'` to use it: closing leaves it running.",
  });
}

/** The service knows a token with other options, and no list shows its session: it has ended. */
class UsedToken extends Error {}

/** The token of the key was used, and its session is not the one to start. @param refusal - the service's. */
export function usedKeyError(key: string, refusal: SessionError): SessionError {
  const { handle, observation, native, message } = refusal;
  const cause = new UsedToken(message, { cause: refusal });
  const facts = { operation: 'start', effect: 'none', native, cause } as const;
  // Where the token is the name of the session, the refusal says which session has the name, and it may live.
  if (handle !== undefined) {
    return new SessionError('conflict', `key '${key}': ${message}`, { ...facts, handle, observation });
  }
  const advice = 'Use another key, or `restart: true` to start a new session.';
  return new SessionError('conflict', `key '${key}' was used with other options, and its session has ended`, {
    ...facts,
    advice,
  });
}

/** Whether a failure is a {@link usedKeyError}. */
export function isUsedKeyError(error: unknown): error is SessionError {
  return SessionError.is(error) && error.cause instanceof UsedToken;
}
