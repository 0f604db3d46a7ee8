import { OPERATIONS, type Operation } from '../contract/operations.ts';
import type { CallClass, Clock } from '../contract/ports.ts';
import type { CallContext } from '../contract/call-context.ts';
import { CallQueue } from './call-queue.ts';
import type { CallRates } from './neighbours.ts';
import { RateSharing, type SharingOptions } from './rate-sharing.ts';

/**
 * Limits the rate of calls to one scope, shared by all callers: a queue per call class, with a burst of one second. Calls go in
 * the order of their arrival, but those that end something go first and no pause delays them.
 * Decision 7: docs/decisions/0007-the-rate-budget-is-a-queue.md
 */
export class RateBudget {
  readonly #clock: Clock;
  readonly #queues: Readonly<Record<CallClass, CallQueue>>;
  readonly #sharing: RateSharing | undefined;
  /** Until when a service asked us not to call, by verb. */
  readonly #pauses = new Map<Operation, number>();

  /**
   * @param callsPerSecond - more than 0 each; `false` for no limit: then only pauses delay calls.
   * @param sharing - the other processes of this host; without it, the whole rate is this budget's.
   */
  constructor(clock: Clock, callsPerSecond: CallRates | false, sharing?: SharingOptions) {
    this.#clock = clock;
    const { reads, writes } = callsPerSecond || { reads: Number.POSITIVE_INFINITY, writes: Number.POSITIVE_INFINITY };
    const pausedUntilMs = (operation: Operation): number => this.#pauses.get(operation) ?? Number.NEGATIVE_INFINITY;
    const queues = {
      reads: new CallQueue(clock, reads, pausedUntilMs),
      writes: new CallQueue(clock, writes, pausedUntilMs),
    };
    this.#queues = queues;
    if (sharing !== undefined && callsPerSecond !== false)
      this.#sharing = new RateSharing(clock, sharing, { rates: callsPerSecond, queues });
  }

  /**
   * Takes budget for one call: `undefined` when the call may go at once, else a promise of its turn.
   * A caller that aborts while it waits leaves the queue. The signal is not checked before that.
   * @throws SessionError `aborted`
   */
  take(operation: Operation, callClass: CallClass, call: Pick<CallContext, 'signal'>): Promise<void> | undefined {
    this.#sharing?.beforeCall();
    const turn = this.#queues[callClass].take(operation, call);
    if (turn !== undefined) this.#sharing?.onWait();
    return turn;
  }

  /** How long a call made now would wait for its turn, milliseconds. */
  delayMs(operation: Operation, callClass: CallClass): number {
    return this.#queues[callClass].delayMs(operation);
  }

  /** Delays the calls of a verb, queued ones included, because the service asked for it. @param durationMs - milliseconds. */
  pause(operation: Operation, durationMs: number): void {
    if (OPERATIONS[operation].ends === true) return;
    const untilMs = this.#clock.monotonicMs() + durationMs;
    this.#pauses.set(operation, Math.max(untilMs, this.#pauses.get(operation) ?? untilMs));
  }
}
