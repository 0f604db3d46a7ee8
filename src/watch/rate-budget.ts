import type { CallClass, CallBudget, Clock } from '../contract/ports.ts';
import { onAbort } from '../provider-kit/on-abort.ts';
import type { CallContext } from '../contract/call-context.ts';
import { abortedError } from '../provider-kit/aborted-error.ts';

/**
 * Limits the rate of calls to one scope, shared by all callers: a first-in-first-out queue per call class, with a burst of one
 * second.
 * Decision 7: docs/decisions/0007-the-rate-budget-is-a-queue.md
 */
export class RateBudget implements CallBudget {
  readonly #clock: Clock;
  readonly #queues: Readonly<Record<CallClass, CallQueue>>;

  /** @param callsPerSecond - more than 0 each; `false` for no limit: then only pauses delay calls. */
  constructor(clock: Clock, callsPerSecond: Readonly<Record<CallClass, number>> | false) {
    this.#clock = clock;
    const { reads, writes } = callsPerSecond || { reads: Number.POSITIVE_INFINITY, writes: Number.POSITIVE_INFINITY };
    this.#queues = { reads: new CallQueue(clock, reads), writes: new CallQueue(clock, writes) };
  }

  /**
   * Takes budget for one call: `undefined` when the call may go at once, else a promise of its turn.
   * A caller that aborts while it waits leaves the queue. The signal is not checked before that.
   * @throws SessionError `aborted`
   */
  take(callClass: CallClass, call: Pick<CallContext, 'signal'>): Promise<void> | undefined {
    return this.#queues[callClass].take(call);
  }

  /** Delays all calls, queued ones included, because the service asked for it. @param durationMs - milliseconds. */
  pause(durationMs: number): void {
    const untilMs = this.#clock.monotonicMs() + durationMs;
    this.#queues.reads.closeUntil(untilMs);
    this.#queues.writes.closeUntil(untilMs);
  }
}

/**
 * The queue of one call class. Calls are spaced by an interval and may be early by up to the burst.
 * A call counts when it goes, not when it queues.
 */
class CallQueue {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #earlinessMs: number;
  /** One function per waiting caller, in order of arrival: it releases the caller. */
  readonly #waiting = new Set<() => void>();
  /** When the next call would go without a burst. */
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

  /** Time until a call may go, milliseconds; 0 or less means now. */
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

  /** One timer per queue. Whole milliseconds, because a rounded remainder would make the timer fire early again and again. */
  #serveLater(delayMs: number): void {
    this.#callOff = this.#clock.schedule(Math.ceil(delayMs), () => {
      this.#serve();
    });
  }
}
