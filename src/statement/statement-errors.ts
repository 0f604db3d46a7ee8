import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { StatementState } from './statement-state.ts';

/** What the errors of a statement are about. */
export interface StatementAtHand {
  readonly id: string;
  readonly handle: SessionHandle;
  readonly state: StatementState;
}

/** Its caller cancelled the statement, by `cancel()` or by the signal whose reason is given. */
export function cancelledError(statement: StatementAtHand, reason?: unknown): SessionError {
  return stopped(statement, 'aborted', 'was cancelled', reason);
}

/** The statement took longer than it was allowed to. */
export function timeoutError(statement: StatementAtHand, timeoutMs: number): SessionError {
  const doing = statement.state === 'queued' ? 'waiting for its session' : 'running';
  return stopped(statement, 'timeout', `was still ${doing} after ${timeoutMs} ms and was stopped; raise timeoutMs`);
}

/** The reader closed the result; nobody sees this but the engine, which stops. */
export function closedError(statement: StatementAtHand): SessionError {
  return stopped(statement, 'aborted', 'was stopped because its result was closed');
}

/** Something was asked of the statement that its end rules out. */
export function endedError(statement: StatementAtHand): SessionError {
  const message = `statement ${statement.id} has ${ENDINGS[statement.state]} before; there is nothing to cancel`;
  return new SessionError('conflict', message, { ...about(statement), operation: 'cancel' });
}

/** The engine was told to stop and says nothing. */
export function unconfirmedError(statement: StatementAtHand, waitedMs: number): SessionError {
  const message = `the engine did not confirm within ${waitedMs} ms that statement ${statement.id} has stopped; it may still run`;
  return new SessionError('timeout', message, { ...about(statement), operation: 'cancel', effect: 'unknown' });
}

/** Whatever was thrown, as an error that says which session it is about. */
export function statementError(statement: StatementAtHand, thrown: unknown): SessionError {
  const error = toSessionError(thrown);
  const { provider, handle } = about(statement);
  return error.with({ provider: error.provider ?? provider, handle: error.handle ?? handle });
}

/** The first of several failures; the later ones do not hide it and are not lost. */
export function mergedError(failures: readonly unknown[]): SessionError {
  const first = toSessionError(failures[0]);
  return failures.length === 1
    ? first
    : first.with({ cause: new AggregateError(failures, 'and what failed after it') });
}

const ENDINGS: Readonly<Record<StatementState, string>> = {
  queued: 'not begun',
  running: 'not ended',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'been cancelled',
};

function stopped(statement: StatementAtHand, kind: 'aborted' | 'timeout', what: string, cause?: unknown): SessionError {
  return new SessionError(kind, `statement ${statement.id} ${what}`, {
    ...about(statement),
    operation: 'execute',
    // Once it runs, it may have written something.
    effect: statement.state === 'running' ? 'unknown' : 'none',
    cause,
  });
}

function about({ handle }: StatementAtHand): { provider: string; handle: SessionHandle } {
  return { provider: handle.provider, handle };
}

/** Engines throw SessionErrors only; anything else is a mistake in their adapter. */
function toSessionError(thrown: unknown): SessionError {
  if (SessionError.is(thrown)) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new SessionError('internal', `the engine's adapter failed: ${message}`, {
    operation: 'execute',
    cause: thrown,
  });
}
