import { onAbort } from '../../src/provider-kit/on-abort.ts';
import { abortedError } from '../../src/provider-kit/sleep.ts';

/** @throws SessionError what the signal was aborted with, once it is. */
export function assertNotStopped(signal: AbortSignal): void {
  if (signal.aborted) throw abortedError('execute', signal);
}

/** The promise's own outcome, or the signal's error at once when it aborts earlier. */
export function settledOrStopped<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(abortedError('execute', signal));
    };
    if (signal.aborted) stop();
    const letGo = onAbort(signal, stop);
    promise.then(resolve, reject).finally(letGo);
  });
}
