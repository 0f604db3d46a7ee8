import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { SessionStatus } from './session-tracker.ts';

/** The session that an error describes. */
export interface DescribedSession {
  readonly handle: SessionHandle;
  readonly status: SessionStatus;
}

/** The session was closed or detached in this process. */
export function releasedError(session: DescribedSession, operation: string, how: 'closed' | 'detached'): SessionError {
  return about(session, 'conflict', `was already ${how}`, operation, 'Attach to its handle or start another session.');
}

/** The session has ended and takes no more work. */
export function endedError(session: DescribedSession, operation: string): SessionError {
  const { state, nativeState, reason = 'the service gave no reason', failureKind } = session.status;
  const how = state === 'failed' ? 'failed' : 'ended';
  const advice =
    failureKind === undefined ? 'Start a new session.' : 'End other work of the account, or raise the quota.';
  return about(session, failureKind ?? 'session-failed', `${how} (${nativeState}): ${reason}`, operation, advice);
}

/** The wait timed out. The session keeps running. @param failedPoll - why the state is not known any better. */
export function waitTimeoutError(
  session: DescribedSession,
  operation: string,
  { timeoutMs, failedPoll }: { readonly timeoutMs: number; readonly failedPoll?: SessionError | undefined },
): SessionError {
  const { state, nativeState } = session.status;
  const was = `is still ${state} (${nativeState}) after ${timeoutMs} ms`;
  const why = failedPoll === undefined ? '' : `; the last poll failed: ${whatHappened(failedPoll)}`;
  const advice = 'It keeps running: raise `timeoutMs` or terminate it.';
  return about(session, 'timeout', `${was}${why}`, operation, advice).with({ cause: failedPoll });
}

/** The message of an error without its advice. */
function whatHappened({ message, advice = '' }: SessionError): string {
  return message.replace(advice, '').replace(/[. ]+$/, '');
}

function about(
  { handle, status }: DescribedSession,
  kind: 'conflict' | 'session-failed' | 'quota-exceeded' | 'timeout',
  what: string,
  operation: string,
  advice: string,
): SessionError {
  return new SessionError(kind, `session '${handle.id}' ${what}`, {
    operation,
    provider: handle.provider,
    handle,
    observation: status,
    advice,
  });
}
