import type { Timeline } from './timeline.ts';

/** How often an operation may be called. */
export interface RateLimit {
  /** Calls per second in the long run. */
  readonly perSecond: number;
  /** Calls at once after a quiet time (default: `perSecond`, at least 1). */
  readonly burst?: number;
}

/** Token buckets, one for each operation that has a limit. */
export class RateLimiter {
  readonly #timeline: Timeline;
  readonly #limits: Readonly<Record<string, RateLimit>>;
  readonly #buckets = new Map<string, { tokens: number; filledAtMs: number }>();

  constructor(timeline: Timeline, limits: Readonly<Record<string, RateLimit>>) {
    this.#timeline = timeline;
    this.#limits = limits;
  }

  /** Takes one call from the operation's bucket; false when it is empty. */
  admits(operation: string): boolean {
    const limit = Object.hasOwn(this.#limits, operation) ? this.#limits[operation] : undefined;
    if (limit === undefined) return true;
    const size = limit.burst ?? Math.max(1, limit.perSecond);
    const nowMs = this.#timeline.nowMs();
    const bucket = this.#buckets.get(operation) ?? { tokens: size, filledAtMs: nowMs };
    const refilled = ((nowMs - bucket.filledAtMs) / 1000) * limit.perSecond;
    bucket.tokens = Math.min(size, bucket.tokens + refilled);
    bucket.filledAtMs = nowMs;
    this.#buckets.set(operation, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
}
