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

/** This process ended the session because of a limit on spending. */
export function spentError(session: DescribedSession, operation: string, cause: string): SessionError {
  const advice = 'Start a new session, with a higher `maxSpend` if it needs one.';
  return about(session, 'session-failed', `was ended by anysession because ${cause}`, operation, advice);
}

/** The wait timed out. The session keeps running. @param failedPoll - why the state is not known any better. */
export function waitTimeoutError(
  session: DescribedSession,
  operation: string,
  { timeoutMs, failedPoll }: { readonly timeoutMs: number; readonly failedPoll?: SessionError | undefined },
): SessionError {
  const { state, nativeState } = session.status;
  const was = `is still ${state} (${nativeState}) after ${Math.round(timeoutMs)} ms`;
  const why = failedPoll === undefined ? '' : `; the last poll failed: ${whatHappened(failedPoll)}`;
  const advice = 'It keeps running: raise `timeoutMs` or terminate it.';
  return about(session, 'timeout', `${was}${why}`, operation, advice).with({ cause: failedPoll });
}

/** The answer of a start is lost and its session is not found: it may run, and only its token shows which one it is. */
export function lostStartError(
  error: SessionError,
  {
    token,
    key,
    failedSearch,
  }: { readonly token: string; readonly key: string | undefined; readonly failedSearch: unknown },
): SessionError {
  const searched = SessionError.is(failedSearch)
    ? `the search for it failed: ${whatHappened(failedSearch)}`
    : 'the list does not show it';
  const advice =
    key === undefined
      ? `List the sessions and terminate the one with this token; otherwise its idle timeout ends it.`
      : `Start with key '${key}' to get that session, then use or close it; otherwise its idle timeout ends it.`;
  const message = `${whatHappened(error)}; a session with token '${token}' may be running, and ${searched}`;
  return error.with({ effect: 'unknown', advice }, message);
}

/** Closing could not end a session. */
export function unendedError({ id }: SessionHandle, error: unknown): unknown {
  return SessionError.is(error) ? error.with({}, `session '${id}' may still be running: ${error.message}`) : error;
}

/** The time of a start was up before the start request was sent. */
export function unsentTimeoutError(timeoutMs: number): SessionError {
  const message = `start was still waiting to be sent after ${timeoutMs} ms; no session was started`;
  return new SessionError('timeout', message, { operation: 'start', advice: 'Raise `timeoutMs`.' });
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

/** The sessions were closed while a start waited for a free quota. */
export function closedInQueueError(): SessionError {
  const message = 'these sessions were closed while the start waited for a free quota; no session was started';
  return new SessionError('aborted', message, { operation: 'start' });
}
