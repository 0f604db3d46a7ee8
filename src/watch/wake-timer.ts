import type { Clock } from '../contract/ports.ts';

/** Wakes once at the earliest of the times that were asked for. */
export class WakeTimer {
  readonly #clock: Clock;
  readonly #wake: () => void;
  #timeMs = Number.POSITIVE_INFINITY;
  #cancel = (): void => {};

  constructor(clock: Clock, wake: () => void) {
    this.#clock = clock;
    this.#wake = wake;
  }

  /** @param timeMs - milliseconds of the monotonic clock; what is past wakes after the current task. */
  at(timeMs: number): void {
    if (timeMs >= this.#timeMs) return;
    this.stop();
    this.#timeMs = timeMs;
    let isCancelled = false;
    const wake = (): void => {
      if (isCancelled) return;
      this.#timeMs = Number.POSITIVE_INFINITY;
      this.#wake();
    };
    const delayMs = timeMs - this.#clock.monotonicMs();
    const cancel = delayMs > 0 ? this.#clock.schedule(delayMs, wake) : undefined;
    // Waits that begin together are polled together.
    if (cancel === undefined) queueMicrotask(wake);
    this.#cancel = () => {
      isCancelled = true;
      cancel?.();
    };
  }

  stop(): void {
    this.#cancel();
    this.#timeMs = Number.POSITIVE_INFINITY;
  }
}
