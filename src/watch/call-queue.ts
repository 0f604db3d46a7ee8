import { OPERATIONS, type Operation } from '../contract/operations.ts';
import type { Clock } from '../contract/ports.ts';
import { abortedError } from '../provider-kit/aborted-error.ts';
import { onAbort } from '../provider-kit/on-abort.ts';
import type { CallContext } from '../contract/call-context.ts';

/** How long a call that ends something waits for its turn at most, milliseconds: until then the rate spaces many of them. */
const LONGEST_TURN_OF_ENDS_MS = 5_000;

interface Waiter {
  readonly operation: Operation;
  /** When it goes at the latest, whatever the rate; `Infinity` for all but calls that end something. */
  readonly latestMs: number;
  readonly go: () => void;
}

/**
 * The queue of one call class. Calls are spaced by an interval and may be early by up to the burst.
 * A call counts when it goes, not when it queues.
 */
export class CallQueue {
  readonly #clock: Clock;
  #intervalMs = 0;
  #earlinessMs = 0;
  #taken = 0;
  readonly #pausedUntilMs: (operation: Operation) => number;
  /** In the order in which they go: calls that end something, then the others, each in the order of arrival. */
  readonly #waiting: readonly [ends: Set<Waiter>, others: Set<Waiter>] = [new Set(), new Set()];
  /** When the next call would go without a burst. */
  #nextMs = Number.NEGATIVE_INFINITY;
  #timerMs = Number.POSITIVE_INFINITY;
  #cancelTimer = (): void => {};

  constructor(clock: Clock, perSecond: number, pausedUntilMs: (operation: Operation) => number) {
    this.#clock = clock;
    this.#pausedUntilMs = pausedUntilMs;
    this.limit(perSecond, perSecond);
  }

  /** How many calls have gone. */
  get taken(): number {
    return this.#taken;
  }

  /** How many calls wait for their turn. */
  get waiting(): number {
    const [ends, others] = this.#waiting;
    return ends.size + others.size;
  }

  /** Whether calls wait because of the rate, and not for a pause. */
  get isShort(): boolean {
    return this.waiting > 0 && this.#turnMs() > this.#clock.monotonicMs();
  }

  /**
   * Changes the rate, also for those who wait.
   * @param perSecond - more than 0.
   * @param burst - how many calls may go at once after a quiet time; at least one may.
   */
  limit(perSecond: number, burst: number): void {
    this.#intervalMs = 1000 / perSecond;
    const burstMs = perSecond === Number.POSITIVE_INFINITY ? 0 : (1000 * burst) / perSecond;
    this.#earlinessMs = Math.max(0, burstMs - this.#intervalMs);
    if (this.waiting > 0) this.#serve();
  }

  /** The next call goes in an interval, and no burst before its calls have been saved up anew. */
  spendBurst(): void {
    this.#nextMs = Math.max(this.#nextMs, this.#clock.monotonicMs() + this.#earlinessMs + this.#intervalMs);
  }

  take(operation: Operation, { signal }: Pick<CallContext, 'signal'>): Promise<void> | undefined {
    const [ends, others] = this.#waiting;
    const nowMs = this.#clock.monotonicMs();
    if (this.waiting === 0 && Math.max(this.#turnMs(), this.#pausedUntilMs(operation)) <= nowMs) {
      this.#count();
      return undefined;
    }
    if (signal.aborted) return Promise.reject(abortedError('wait', signal));
    return new Promise((resolve, reject) => {
      const isEnd = OPERATIONS[operation].ends === true;
      const queue = isEnd ? ends : others;
      const stopListening = onAbort(signal, () => {
        queue.delete(waiter);
        if (this.waiting === 0) this.#serve();
        reject(abortedError('wait', signal));
      });
      const waiter: Waiter = {
        operation,
        latestMs: isEnd ? nowMs + LONGEST_TURN_OF_ENDS_MS : Number.POSITIVE_INFINITY,
        go: () => {
          stopListening();
          queue.delete(waiter);
          resolve();
        },
      };
      queue.add(waiter);
      const dueMs = this.#dueMs(waiter);
      if (dueMs <= nowMs) this.#serve();
      else if (dueMs < this.#timerMs) this.#serveAt(dueMs);
    });
  }

  /** How long a call made now would wait for its turn, milliseconds. */
  delayMs(operation: Operation): number {
    const turnMs = this.#turnMs() + this.waiting * this.#intervalMs;
    return Math.max(0, Math.max(turnMs, this.#pausedUntilMs(operation)) - this.#clock.monotonicMs());
  }

  #dueMs({ operation, latestMs }: Waiter): number {
    return Math.min(Math.max(this.#turnMs(), this.#pausedUntilMs(operation)), latestMs);
  }

  /** The first moment at which the rate allows another call. */
  #turnMs(): number {
    return this.#nextMs - this.#earlinessMs;
  }

  #count(): void {
    this.#taken += 1;
    this.#nextMs = Math.max(this.#clock.monotonicMs(), this.#nextMs) + this.#intervalMs;
  }

  /** Lets those go whose turn it is. */
  #serve(): void {
    const nowMs = this.#clock.monotonicMs();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const queue of this.#waiting) {
      for (const waiter of queue) {
        const dueMs = this.#dueMs(waiter);
        if (dueMs <= nowMs) {
          this.#count();
          waiter.go();
          continue;
        }
        nextMs = Math.min(nextMs, dueMs);
        // Behind a call that waits for the rate only, nobody is due earlier.
        if (this.#pausedUntilMs(waiter.operation) <= nowMs) break;
      }
    }
    this.#serveAt(nextMs);
  }

  /** One timer per queue. Whole milliseconds, because a rounded remainder would make it fire early again and again. */
  #serveAt(timeMs: number): void {
    this.#cancelTimer();
    this.#timerMs = timeMs;
    if (timeMs === Number.POSITIVE_INFINITY) return;
    this.#cancelTimer = this.#clock.schedule(Math.ceil(timeMs - this.#clock.monotonicMs()), () => {
      this.#serve();
    });
  }
}
