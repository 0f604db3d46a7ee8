import { OPERATIONS, type Operation } from '../contract/operations.ts';
import type { CallClass, Clock } from '../contract/ports.ts';
import { onAbort } from '../provider-kit/on-abort.ts';
import type { CallContext } from '../contract/call-context.ts';
import { abortedError } from '../provider-kit/aborted-error.ts';

/** How long a call that ends something waits for its turn at most, milliseconds: until then the rate spaces many of them. */
const LONGEST_TURN_OF_ENDS_MS = 5_000;

/**
 * Limits the rate of calls to one scope, shared by all callers: a queue per call class, with a burst of one second. Calls go in
 * the order of their arrival, but those that end something go first and no pause delays them.
 * Decision 7: docs/decisions/0007-the-rate-budget-is-a-queue.md
 */
export class RateBudget {
  readonly #clock: Clock;
  readonly #queues: Readonly<Record<CallClass, CallQueue>>;
  /** Until when a service asked us not to call, by verb. */
  readonly #pauses = new Map<Operation, number>();

  /** @param callsPerSecond - more than 0 each; `false` for no limit: then only pauses delay calls. */
  constructor(clock: Clock, callsPerSecond: Readonly<Record<CallClass, number>> | false) {
    this.#clock = clock;
    const { reads, writes } = callsPerSecond || { reads: Number.POSITIVE_INFINITY, writes: Number.POSITIVE_INFINITY };
    const pausedUntilMs = (operation: Operation): number => this.#pauses.get(operation) ?? Number.NEGATIVE_INFINITY;
    this.#queues = {
      reads: new CallQueue(clock, reads, pausedUntilMs),
      writes: new CallQueue(clock, writes, pausedUntilMs),
    };
  }

  /**
   * Takes budget for one call: `undefined` when the call may go at once, else a promise of its turn.
   * A caller that aborts while it waits leaves the queue. The signal is not checked before that.
   * @throws SessionError `aborted`
   */
  take(operation: Operation, callClass: CallClass, call: Pick<CallContext, 'signal'>): Promise<void> | undefined {
    return this.#queues[callClass].take(operation, call);
  }

  /** Delays the calls of a verb, queued ones included, because the service asked for it. @param durationMs - milliseconds. */
  pause(operation: Operation, durationMs: number): void {
    if (OPERATIONS[operation].ends === true) return;
    const untilMs = this.#clock.monotonicMs() + durationMs;
    this.#pauses.set(operation, Math.max(untilMs, this.#pauses.get(operation) ?? untilMs));
  }
}

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
class CallQueue {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #earlinessMs: number;
  readonly #pausedUntilMs: (operation: Operation) => number;
  /** In the order in which they go: calls that end something, then the others, each in the order of arrival. */
  readonly #waiting: readonly [ends: Set<Waiter>, others: Set<Waiter>] = [new Set(), new Set()];
  /** When the next call would go without a burst. */
  #nextMs = Number.NEGATIVE_INFINITY;
  #timerMs = Number.POSITIVE_INFINITY;
  #cancelTimer = (): void => {};

  constructor(clock: Clock, perSecond: number, pausedUntilMs: (operation: Operation) => number) {
    this.#clock = clock;
    this.#intervalMs = 1000 / perSecond;
    this.#earlinessMs = Math.max(0, 1000 - this.#intervalMs);
    this.#pausedUntilMs = pausedUntilMs;
  }

  take(operation: Operation, { signal }: Pick<CallContext, 'signal'>): Promise<void> | undefined {
    const [ends, others] = this.#waiting;
    const nowMs = this.#clock.monotonicMs();
    if (ends.size + others.size === 0 && Math.max(this.#turnMs(), this.#pausedUntilMs(operation)) <= nowMs) {
      this.#count();
      return undefined;
    }
    if (signal.aborted) return Promise.reject(abortedError('wait', signal));
    return new Promise((resolve, reject) => {
      const isEnd = OPERATIONS[operation].ends === true;
      const queue = isEnd ? ends : others;
      const stopListening = onAbort(signal, () => {
        queue.delete(waiter);
        if (ends.size + others.size === 0) this.#serve();
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

  #dueMs({ operation, latestMs }: Waiter): number {
    return Math.min(Math.max(this.#turnMs(), this.#pausedUntilMs(operation)), latestMs);
  }

  /** The first moment at which the rate allows another call. */
  #turnMs(): number {
    return this.#nextMs - this.#earlinessMs;
  }

  #count(): void {
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
