import type { BatchObservation } from '../contract/batch-observation.ts';
import { SessionError, type SessionErrorDetails } from '../contract/session-error.ts';

/** Tells whether a start that failed has surely started nothing: its run list is nobody's then. */
export function startedNothing(error: unknown): boolean {
  return SessionError.is(error) && error.effect === 'none' && error.kind !== 'conflict';
}

/** The error of a start that left no trace yet. Nothing stays behind unsaid: a batch that comes later has the token for its name. */
export function ambiguousStartError(error: unknown, token: string): unknown {
  return SessionError.is(error) && error.effect === 'unknown'
    ? extended(
        error,
        `a batch may have been started: attach to { token: '${token}' } later, and cancel it if nobody wants it`,
      )
    : error;
}

/** Its caller gave up and the batch goes on: the error says which one it is. */
export function startedAnywayError(error: SessionError, { handle }: BatchObservation): SessionError {
  const what = `batch '${handle.id}' was started all the same: attach to the handle of this error, or cancel it`;
  return extended(error, what, { handle });
}

function extended(error: SessionError, more: string, details: Partial<SessionErrorDetails> = {}): SessionError {
  const { kind, message, operation, retry, effect, provider, handle, native, retryAfterMs } = error;
  const text = message.slice(kind.length + '[] '.length);
  const known = { operation, retry, effect, provider, handle, native, retryAfterMs, cause: error };
  return new SessionError(kind, `${text}; ${more}`, { ...known, ...details });
}
