import type { Clock } from '../contract/ports.ts';
import { onAbort } from '../provider-kit/on-abort.ts';
import type { CallContext } from '../contract/session-provider.ts';
import { abortedError } from '../provider-kit/sleep.ts';

/** Reads look, writes change; services count them apart. */
export type CallClass = 'reads' | 'writes';

/**
 * How fast one scope is called, shared by everybody who calls it: one line of callers per call class,
 * one second's worth of burst, callers served in the order they came.
 */
export class RateBudget {
  readonly #clock: Clock;
  readonly #lines: Readonly<Record<CallClass, Line>>;

  /** @param callsPerSecond - more than 0 each; `false` where nobody counts: then only pauses hold callers up. */
  constructor(clock: Clock, callsPerSecond: Readonly<Record<CallClass, number>> | false) {
    this.#clock = clock;
    const { reads, writes } = callsPerSecond || { reads: Number.POSITIVE_INFINITY, writes: Number.POSITIVE_INFINITY };
    this.#lines = { reads: new Line(clock, reads), writes: new Line(clock, writes) };
  }

  /**
   * Takes one call's worth: `undefined` when it may go at once, which is free, else a promise of its turn.
   * A caller that aborts while it waits leaves the line, and those behind it move up.
   * The signal is not looked at before.
   * @throws SessionError `aborted`
   */
  take(callClass: CallClass, call: Pick<CallContext, 'signal'>): Promise<void> | undefined {
    return this.#lines[callClass].take(call);
  }

  /** Nobody calls for this long, milliseconds, not even those who wait already: the service asked for it. */
  pause(durationMs: number): void {
    const untilMs = this.#clock.monotonicMs() + durationMs;
    this.#lines.reads.closeUntil(untilMs);
    this.#lines.writes.closeUntil(untilMs);
  }
}

/**
 * The callers of one class. Calls are spaced by an interval; a call may come early by up to the burst,
 * and what it costs is counted when it goes, never when it queues.
 */
class Line {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #earlinessMs: number;
  /** One entry a waiting caller, in the order they came: lets it go. */
  readonly #waiting = new Set<() => void>();
  /** When the next call would go if there were no burst. */
  #nextMs = Number.NEGATIVE_INFINITY;
  #closedUntilMs = Number.NEGATIVE_INFINITY;
  #callOff = (): void => {};

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#intervalMs = 1000 / perSecond;
    this.#earlinessMs = Math.max(0, 1000 - this.#intervalMs);
  }

  take(call: Pick<CallContext, 'signal'>): Promise<void> | undefined {
    const delayMs = this.#delayMs();
    if (this.#waiting.size === 0 && delayMs <= 0) {
      this.#count();
      return undefined;
    }
    const { signal } = call;
    if (signal.aborted) return Promise.reject(abortedError('wait', signal));
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        stopListening();
        this.#waiting.delete(go);
        if (this.#waiting.size === 0) this.#callOff();
      };
      const go = (): void => {
        leave();
        resolve();
      };
      const stopListening = onAbort(signal, () => {
        leave();
        reject(abortedError('wait', signal));
      });
      this.#waiting.add(go);
      if (this.#waiting.size === 1) this.#serveLater(delayMs);
    });
  }

  closeUntil(timeMs: number): void {
    this.#closedUntilMs = Math.max(this.#closedUntilMs, timeMs);
  }

  /** How long until a call may go; 0 or less when it may go now. */
  #delayMs(): number {
    return Math.max(this.#closedUntilMs, this.#nextMs - this.#earlinessMs) - this.#clock.monotonicMs();
  }

  #count(): void {
    this.#nextMs = Math.max(this.#clock.monotonicMs(), this.#nextMs) + this.#intervalMs;
  }

  #serve(): void {
    for (const go of this.#waiting) {
      const delayMs = this.#delayMs();
      if (delayMs > 0) {
        this.#serveLater(delayMs);
        return;
      }
      this.#count();
      go();
    }
  }

  /** One timer for the whole line. Whole milliseconds, so that a rounded remainder never makes it fire for nothing for ever. */
  #serveLater(delayMs: number): void {
    this.#callOff = this.#clock.schedule(Math.ceil(delayMs), () => {
      this.#serve();
    });
  }
}
