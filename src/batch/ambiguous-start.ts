import type { BatchObservation } from '../contract/batch-observation.ts';
import { SessionError, type SessionErrorDetails } from '../contract/session-error.ts';

/** Whether a failed start has certainly started nothing, so that its run list can be removed. */
export function startedNothing(error: unknown): boolean {
  return SessionError.is(error) && error.effect === 'none' && error.kind !== 'conflict';
}

/** The error of a start that may still create a batch. It names the token by which the batch can be found later. */
export function ambiguousStartError(error: unknown, token: string): unknown {
  return SessionError.is(error) && error.effect === 'unknown'
    ? extended(
        error,
        `a batch may have been started: attach to { token: '${token}' } later and cancel it if you do not want it`,
      )
    : error;
}

/** The caller aborted but the batch runs: the error names it. */
export function startedAnywayError(error: SessionError, { handle }: BatchObservation): SessionError {
  const what = `batch '${handle.id}' was started anyway: attach to the handle of this error to follow or cancel it`;
  return extended(error, what, { handle });
}

function extended(error: SessionError, more: string, details: Partial<SessionErrorDetails> = {}): SessionError {
  const { kind, message, operation, retry, effect, provider, handle, native, retryAfterMs } = error;
  const known = { operation, retry, effect, provider, handle, native, retryAfterMs, cause: error };
  return new SessionError(kind, `${message}; ${more}`, { ...known, ...details });
}
