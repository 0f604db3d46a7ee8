import { onAbort } from './on-abort.ts';
import type { Clock } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';

/**
 * Waits on the given clock; an abort settles it at once and leaves no timer behind (C-104).
 * @param delayMs - 0 or more.
 * @throws SessionError `aborted` when the signal aborts.
 */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(abortedError('wait', signal));
      return;
    }
    const callOff = clock.schedule(delayMs, () => {
      stopListening();
      resolve();
    });
    const stopListening = onAbort(signal, () => {
      stopListening();
      callOff();
      reject(abortedError('wait', signal));
    });
  });
}

/**
 * The error of a call whose signal aborted. A signal that was aborted with a SessionError (a deadline, a timeout)
 * speaks with that error; any other reason is the caller's own and becomes the cause.
 */
export function abortedError(operation: string, signal: AbortSignal): SessionError {
  const reason: unknown = signal.reason;
  if (SessionError.is(reason)) return reason;
  return new SessionError('aborted', `${operation} was aborted by its caller`, { operation, cause: reason });
}
