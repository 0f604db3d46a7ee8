import { SessionError, type Effect } from '../contract/session-error.ts';

/**
 * The error of a call whose signal aborted. When the signal's reason is a SessionError (a deadline, a timeout) it is that error;
 * any other reason is the caller's own and becomes the cause.
 */
export function abortedError(operation: string, signal: AbortSignal, effect: Effect = 'none'): SessionError {
  const reason: unknown = signal.reason;
  if (SessionError.is(reason)) return effect === 'none' ? reason : reason.with({ effect });
  return new SessionError('aborted', `${operation} was aborted by its caller`, { operation, effect, cause: reason });
}

/** Throws when the signal has aborted. @throws SessionError the one of {@link abortedError}. */
export function throwIfAborted(signal: AbortSignal, operation: string): void {
  if (signal.aborted) throw abortedError(operation, signal);
}
