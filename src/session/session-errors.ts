import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { SessionStatus } from './session-tracker.ts';

/** What the errors of a session are about. */
export interface SessionAtHand {
  readonly handle: SessionHandle;
  readonly status: SessionStatus;
}

/** The session was closed or detached here before. */
export function givenUpError(session: SessionAtHand, operation: string, how: 'closed' | 'detached'): SessionError {
  return about(session, 'conflict', `was ${how} here before; attach to its handle or start another`, operation);
}

/** The session takes no work ever again. */
export function endedError(session: SessionAtHand, operation: string): SessionError {
  const { state, nativeState, reason = 'the service gave no reason' } = session.status;
  const how = state === 'failed' ? 'failed' : 'ended';
  return about(session, 'session-failed', `${how} (${nativeState}): ${reason}; start another one`, operation);
}

/** The wait is over and the session is not where it should be; it lives on. */
export function tooLateError(session: SessionAtHand, operation: string, timeoutMs: number): SessionError {
  const { state, nativeState } = session.status;
  const was = `was still ${state} (${nativeState}) after ${timeoutMs} ms`;
  return about(session, 'timeout', `${was}; it goes on: wait longer or terminate it`, operation);
}

function about(
  { handle, status }: SessionAtHand,
  kind: 'conflict' | 'session-failed' | 'timeout',
  whatHappened: string,
  operation: string,
): SessionError {
  return new SessionError(kind, `session '${handle.id}' ${whatHappened}`, {
    operation,
    provider: handle.provider,
    handle,
    observation: status,
  });
}
