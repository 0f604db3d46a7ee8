import type { Effect } from '../contract/session-error.ts';
import { abortedError } from './aborted-error.ts';
import { onAbort } from './on-abort.ts';

/**
 * Settles like the promise, or rejects at once when the signal aborts; what the promise does afterwards is ignored.
 * @param effect - what the work may have done when it is aborted; `none` by default.
 */
export function raceAbort<Answer>(
  promise: Promise<Answer>,
  signal: AbortSignal,
  operation: string,
  effect?: Effect,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stopListening = onAbort(signal, () => {
      reject(abortedError(operation, signal, effect));
    });
    void promise.then(resolve, reject).finally(stopListening);
  });
}
