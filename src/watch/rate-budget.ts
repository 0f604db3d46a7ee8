import type { Clock } from '../contract/ports.ts';
import type { CallContext } from '../contract/session-provider.ts';
import { sleep } from '../contract/sleep.ts';

/** Reads look, writes change; services count them apart. */
export type CallClass = 'reads' | 'writes';

/**
 * A token bucket per call class, one second's worth of burst, shared by everybody who talks to one scope.
 * Callers are served in the order they came.
 */
export class RateBudget {
  readonly #clock: Clock;
  readonly #buckets: Readonly<Record<CallClass, Bucket>> | undefined;

  /** @param callsPerSecond - more than 0 each; `false` lets everything through. */
  constructor(clock: Clock, callsPerSecond: Readonly<Record<CallClass, number>> | false) {
    this.#clock = clock;
    const nowMs = clock.monotonicMs();
    this.#buckets =
      (callsPerSecond && {
        reads: new Bucket(callsPerSecond.reads, nowMs),
        writes: new Bucket(callsPerSecond.writes, nowMs),
      }) ||
      undefined;
  }

  /**
   * Takes one call's worth: `undefined` when it may go at once, which is free, else a promise of its turn.
   * A caller that aborts while it waits gives its place back; the signal is not looked at before.
   */
  take(callClass: CallClass, call: Pick<CallContext, 'signal'>): Promise<void> | undefined {
    const bucket = this.#buckets?.[callClass];
    if (bucket === undefined) return undefined;
    const waitMs = bucket.reserve(this.#clock.monotonicMs());
    if (waitMs <= 0) return undefined;
    return sleep(this.#clock, waitMs, call.signal).catch((error: unknown) => {
      bucket.giveBack();
      throw error;
    });
  }

  /** Nobody calls for this long, milliseconds: the service asked for it. */
  pause(durationMs: number): void {
    const untilMs = this.#clock.monotonicMs() + durationMs;
    for (const bucket of Object.values(this.#buckets ?? {})) bucket.pauseUntil(untilMs);
  }
}

/** Counts what is left; below zero are the calls that wait for their turn. */
class Bucket {
  readonly #perMs: number;
  readonly #burst: number;
  #level: number;
  #countedAtMs: number;
  #pausedUntilMs = 0;

  constructor(perSecond: number, nowMs: number) {
    this.#perMs = perSecond / 1000;
    this.#burst = Math.max(1, perSecond);
    this.#level = this.#burst;
    this.#countedAtMs = nowMs;
  }

  /** How long the caller has to wait for the place it has just taken, milliseconds. */
  reserve(nowMs: number): number {
    if (nowMs > this.#countedAtMs) {
      this.#level = Math.min(this.#burst, this.#level + (nowMs - this.#countedAtMs) * this.#perMs);
      this.#countedAtMs = nowMs;
    }
    this.#level -= 1;
    const forTokenMs = this.#level < 0 ? -this.#level / this.#perMs : 0;
    return Math.max(forTokenMs, this.#pausedUntilMs - nowMs);
  }

  giveBack(): void {
    this.#level += 1;
  }

  pauseUntil(timeMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, timeMs);
  }
}
