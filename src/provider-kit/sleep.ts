import type { Clock } from '../contract/ports.ts';
import { abortedError } from './aborted-error.ts';
import { onAbort } from './on-abort.ts';

/** Timers may fire this early by the monotonic clock, milliseconds. */
export const TIMER_EARLINESS_MS = 2;

/**
 * Waits on the given clock; an abort settles it at once and leaves no timer behind (C-104).
 * @param delayMs - 0 or more.
 * @throws SessionError `aborted` when the signal aborts.
 */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.reject(abortedError('wait', signal));
  return new Promise((resolve, reject) => {
    const cancelTimer = clock.schedule(delayMs, () => {
      stopListening();
      resolve();
    });
    const stopListening = onAbort(signal, () => {
      cancelTimer();
      reject(abortedError('wait', signal));
    });
  });
}
