/** The part of a session or batch that decides when to poll next. */
export interface Pollable {
  readonly final: boolean;
  readonly state?: string | undefined;
  readonly observedAtMs: number;
  readonly details: { readonly createdAtMs?: number };
}

/** How often a provider is polled, milliseconds. */
export interface PollInterval {
  readonly watchIntervalMs: { readonly min: number; readonly max: number };
  readonly expectedStartMs?: { readonly min: number; readonly max: number };
}

/** Growth of the pause between two polls. */
const GROWTH = 1.5;

/** One poll halfway through the time in which no start finishes: it catches an early failure. */
const QUIET_PARTS = 2;

/**
 * The first pause in the time in which starts finish, as a multiple of the shortest pause. An early poll in that time costs
 * every start a call and finds few ready, so the pauses shrink: ideally with the root of the remaining time, for which a
 * line from three to one is close enough.
 */
const FIRST_PAUSE = 3;

/**
 * Decides when to poll next. A session that is being created is polled rarely while it cannot be ready, then more and more
 * often until it should be. Every other session, and one that takes longer than expected, is polled at growing pauses.
 * Decision 18: docs/decisions/0018-polling-follows-the-expected-start.md
 */
export class PollSchedule {
  readonly #interval: PollInterval;
  #grownMs: number;

  constructor(interval: PollInterval) {
    this.#interval = interval;
    this.#grownMs = interval.watchIntervalMs.min;
  }

  /** The pause after a poll, milliseconds. `undefined` means that the poll failed. */
  pauseAfter(seen: Pollable | undefined): number {
    const planned = seen === undefined ? undefined : this.#plannedMs(seen);
    if (planned !== undefined) return planned;
    const pauseMs = this.#grownMs;
    this.#grownMs = Math.min(this.#interval.watchIntervalMs.max, pauseMs * GROWTH);
    return pauseMs;
  }

  #plannedMs({ state, observedAtMs, details }: Pollable): number | undefined {
    const { watchIntervalMs, expectedStartMs } = this.#interval;
    if (expectedStartMs === undefined || state !== 'creating' || details.createdAtMs === undefined) return undefined;
    const { min, max } = expectedStartMs;
    // The service's clock may be ahead of ours.
    const ageMs = Math.max(0, observedAtMs - details.createdAtMs);
    if (ageMs >= max) return undefined;
    if (ageMs < min) {
      const partMs = min / QUIET_PARTS;
      return Math.max(watchIntervalMs.min, (Math.floor(ageMs / partMs) + 1) * partMs - ageMs);
    }
    const left = (max - ageMs) / (max - min);
    return watchIntervalMs.min * (1 + (FIRST_PAUSE - 1) * left);
  }
}
