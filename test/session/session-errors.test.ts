import { describe, expect, it } from 'vitest';
import { SessionError } from '../../src/contract/session-error.ts';
import {
  closedInQueueError,
  endedError,
  lostStartError,
  releasedError,
  spentError,
  unendedError,
  unsentTimeoutError,
  waitTimeoutError,
  type DescribedSession,
} from '../../src/session/session-errors.ts';
import type { SessionStatus } from '../../src/session/session-tracker.ts';

const HANDLE = { v: 1, provider: 'scripted', scope: 'here', id: 'ss-1' } as const;

function session(changes: Partial<SessionStatus> = {}): DescribedSession {
  const status: SessionStatus = {
    handle: HANDLE,
    state: 'terminated',
    nativeState: 'STOPPED',
    acceptsWork: false,
    final: true,
    observedAtMs: 0,
    details: {},
    ...changes,
  };
  return { handle: HANDLE, status };
}

const refused = new SessionError('forbidden', 'GetSession was denied', {
  operation: 'describe',
  advice: 'Ask for it.',
});
const unclear = new SessionError('unavailable', 'no answer. ', { operation: 'start', effect: 'none' });
const lost = { token: 'as-1', key: undefined, failedSearch: undefined };

describe('the errors of a session', () => {
  it.each<[string, SessionError, string]>([
    [
      'closed before',
      releasedError(session(), 'sql', 'closed'),
      "conflict: session 'ss-1' was already closed. Attach to its handle or start another session.",
    ],
    [
      'ended without a reason',
      endedError(session(), 'sql'),
      "session-failed: session 'ss-1' ended (STOPPED): the service gave no reason. Start a new session.",
    ],
    [
      'failed',
      endedError(session({ state: 'failed', nativeState: 'BROKEN', reason: 'disk full' }), 'sql'),
      "session-failed: session 'ss-1' failed (BROKEN): disk full. Start a new session.",
    ],
    [
      'failed for want of a quota',
      endedError(session({ state: 'failed', reason: 'no vCPU left', failureKind: 'quota-exceeded' }), 'sql'),
      "quota-exceeded: session 'ss-1' failed (STOPPED): no vCPU left. End other work of the account, or raise the quota.",
    ],
    [
      'ended by its limit on spending',
      spentError(session(), 'sql', 'it cost 3 USD'),
      "session-failed: session 'ss-1' was ended by anysession because it cost 3 USD. " +
        'Start a new session, with a higher `maxSpend` if it needs one.',
    ],
    [
      'not ready in time',
      waitTimeoutError(session({ state: 'creating', nativeState: 'STARTING' }), 'sql', { timeoutMs: 5 }),
      "timeout: session 'ss-1' is still creating (STARTING) after 5 ms. " +
        'It keeps running: raise `timeoutMs` or terminate it.',
    ],
    [
      'not ready in time, and polls fail',
      waitTimeoutError(session({ state: 'creating' }), 'sql', { timeoutMs: 5, failedPoll: refused }),
      "timeout: session 'ss-1' is still creating (STOPPED) after 5 ms; the last poll failed: GetSession was denied. " +
        'It keeps running: raise `timeoutMs` or terminate it.',
    ],
  ])('say what happened, and what to do: %s', (_what, error, text) => {
    expect(`${error.kind}: ${error.message}`).toBe(text);
    expect(error).toMatchObject({ operation: 'sql', provider: 'scripted', handle: HANDLE });
    expect(error.observation?.handle).toBe(HANDLE);
  });

  it('keep the failed poll as their cause', () => {
    const error = waitTimeoutError(session(), 'sql', { timeoutMs: 5, failedPoll: refused });
    expect(error.cause).toBe(refused);
  });
});

describe('the errors of a start', () => {
  it.each<[string, SessionError, string]>([
    [
      'not sent in time',
      unsentTimeoutError(7),
      'timeout none: start was still waiting to be sent after 7 ms; no session was started. Raise `timeoutMs`.',
    ],
    [
      'closed in the queue',
      closedInQueueError(),
      'aborted none: these sessions were closed while the start waited for a free quota; no session was started',
    ],
    [
      'lost, and not listed',
      lostStartError(unclear, lost),
      "unavailable unknown: no answer; a session with token 'as-1' may be running, and the list does not show it. " +
        'List the sessions and terminate the one with this token; otherwise its idle timeout ends it.',
    ],
    [
      'lost, and the list failed',
      lostStartError(unclear, { ...lost, key: 'nightly', failedSearch: refused }),
      "unavailable unknown: no answer; a session with token 'as-1' may be running, and the search for it failed: " +
        "GetSession was denied. Start with key 'nightly' to get that session, then use or close it; " +
        'otherwise its idle timeout ends it.',
    ],
  ])('say what happened, and what to do: %s', (_what, error, text) => {
    expect(`${error.kind} ${error.effect}: ${error.message}`).toBe(text);
    expect(error.operation).toBe('start');
  });

  it('of a close name the session, and leave other errors as they are', () => {
    const error = unendedError(HANDLE, refused) as SessionError;
    expect(error.message).toContain("session 'ss-1' may still be running: GetSession was denied");
    const bug = new TypeError('a bug');
    expect(unendedError(HANDLE, bug)).toBe(bug);
  });
});
