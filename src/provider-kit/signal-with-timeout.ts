import type { Clock } from '../contract/ports.ts';
import type { Effect, SessionError } from '../contract/session-error.ts';
import { abortedError } from './aborted-error.ts';
import { callbackController, onAbort } from './on-abort.ts';

/** What ends a wait early. */
export interface WaitLimits {
  /** The caller's own signal. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds from now; `Infinity` for no limit. */
  readonly timeoutMs: number;
  readonly operation: string;
  /** What may have happened when the caller aborts; `none` by default. */
  readonly effect?: Effect;
  readonly timeoutError: () => SessionError;
}

/** A signal that aborts with a SessionError when its caller aborts or its time is up; `release` leaves nothing behind. */
export interface SignalWithTimeout {
  readonly signal: AbortSignal;
  readonly release: () => void;
}

/**
 * Joins a caller's signal and a timeout into one signal whose reason says which of the two it was.
 * @param onAborted - called after the signal has aborted; cheaper than a listener of the signal.
 */
export function signalWithTimeout(
  clock: Clock,
  { signal, timeoutMs, operation, effect, timeoutError }: WaitLimits,
  onAborted?: (error: SessionError) => void,
): SignalWithTimeout {
  const controller = callbackController();
  const abort = (error: SessionError): void => {
    release();
    controller.abort(error);
    onAborted?.(error);
  };
  let stopListening: (() => void) | undefined;
  let cancelTimer: (() => void) | undefined;
  const release = (): void => {
    stopListening?.();
    cancelTimer?.();
  };
  if (timeoutMs !== Number.POSITIVE_INFINITY) {
    cancelTimer = clock.schedule(timeoutMs, () => {
      abort(timeoutError());
    });
  }
  if (signal !== undefined) {
    stopListening = onAbort(signal, () => {
      abort(abortedError(operation, signal, effect));
    });
  }
  return { signal: controller.signal, release };
}
