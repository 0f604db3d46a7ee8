import { onAbort } from '../provider-kit/on-abort.ts';
import type { Clock } from '../contract/ports.ts';
import type { SessionError } from '../contract/session-error.ts';
import { abortedError } from '../provider-kit/sleep.ts';

/** What ends a wait early. */
export interface WaitLimits {
  /** The caller's own signal. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds from now. */
  readonly timeoutMs: number;
  readonly operation: string;
  readonly timeoutError: () => SessionError;
}

/** A signal that aborts with a SessionError when its caller aborts or its time is up; `release` leaves nothing behind. */
export interface SignalWithTimeout {
  readonly signal: AbortSignal;
  release(): void;
}

/** Joins a caller's signal and a timeout into one signal whose reason says which of the two it was. */
export function signalWithTimeout(clock: Clock, limits: WaitLimits): SignalWithTimeout {
  const controller = new AbortController();
  const { signal: outer, timeoutMs, operation, timeoutError } = limits;
  const follow = (signal: AbortSignal): (() => void) => {
    const giveUp = (): void => {
      controller.abort(abortedError(operation, signal));
    };
    if (signal.aborted) giveUp();
    return onAbort(signal, giveUp);
  };
  const stopListening = outer && follow(outer);
  const callOff = clock.schedule(timeoutMs, () => {
    controller.abort(timeoutError());
  });
  return {
    signal: controller.signal,
    release() {
      callOff();
      stopListening?.();
    },
  };
}
