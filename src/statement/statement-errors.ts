import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { StatementState } from './statement-state.ts';

/** The statement that an error is about. */
export interface StatementAtHand {
  readonly id: string;
  readonly handle: SessionHandle;
  readonly state: StatementState;
}

/** The caller cancelled the statement, with `cancel()` or a signal. `reason` is the reason of the signal. */
export function cancelledError(statement: StatementAtHand, reason?: unknown): SessionError {
  return stopped(statement, 'aborted', 'was cancelled.', reason);
}

/** The statement took longer than its timeout. */
export function timeoutError(statement: StatementAtHand, timeoutMs: number): SessionError {
  const doing = statement.state === 'queued' ? 'waiting for its session' : 'running';
  return stopped(
    statement,
    'timeout',
    `was still ${doing} after ${Math.round(timeoutMs)} ms and was stopped. Raise timeoutMs.`,
  );
}

/** The reader closed the result. Only the engine sees this error, and stops. */
export function closedError(statement: StatementAtHand): SessionError {
  return stopped(statement, 'aborted', 'was stopped because its result was closed.');
}

/** The statement has ended and cannot be cancelled. */
export function endedError(statement: StatementAtHand): SessionError {
  const message = `Statement ${statement.id} has already ${ENDINGS[statement.state]}.`;
  return new SessionError('conflict', message, { ...about(statement), operation: 'cancel' });
}

/** The engine does not confirm that it has stopped. */
export function unconfirmedError(statement: StatementAtHand, waitedMs: number): SessionError {
  const message = `The engine did not confirm within ${waitedMs} ms that statement ${statement.id} has stopped. It may still run.`;
  return new SessionError('timeout', message, { ...about(statement), operation: 'cancel', effect: 'unknown' });
}

/** Any thrown value as an error that names the session. */
export function statementError(statement: StatementAtHand, thrown: unknown): SessionError {
  const error = toSessionError(thrown);
  const { provider, handle } = about(statement);
  return error.with({ provider: error.provider ?? provider, handle: error.handle ?? handle });
}

/** The first of several failures, with all of them as its cause. */
export function mergedError(failures: readonly unknown[]): SessionError {
  const first = toSessionError(failures[0]);
  return failures.length === 1
    ? first
    : first.with({ cause: new AggregateError(failures, 'the error and those that followed it') });
}

const ENDINGS: Readonly<Record<StatementState, string>> = {
  queued: 'been queued',
  running: 'started',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'been cancelled',
};

function stopped(statement: StatementAtHand, kind: 'aborted' | 'timeout', what: string, cause?: unknown): SessionError {
  return new SessionError(kind, `Statement ${statement.id} ${what}`, {
    ...about(statement),
    operation: 'execute',
    // A running statement may have written something.
    effect: statement.state === 'running' ? 'unknown' : 'none',
    cause,
  });
}

function about({ handle }: StatementAtHand): { provider: string; handle: SessionHandle } {
  return { provider: handle.provider, handle };
}

/** Engines throw only SessionErrors. Anything else is a bug in their adapter. */
function toSessionError(thrown: unknown): SessionError {
  if (SessionError.is(thrown)) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new SessionError('internal', `The adapter of the engine failed: ${message}`, {
    operation: 'execute',
    cause: thrown,
  });
}
