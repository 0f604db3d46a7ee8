/** The part of a session, or of a batch, that tells when to look again. */
export interface Pollable {
  readonly final: boolean;
  readonly state?: string | undefined;
  readonly observedAtMs: number;
  readonly details: { readonly createdAtMs?: number };
}

/** How a provider wants to be looked at; milliseconds. */
export interface PollInterval {
  readonly watchIntervalMs: { readonly min: number; readonly max: number };
  readonly expectedStartMs?: { readonly min: number; readonly max: number };
}

/** How much longer each pause is than the one before. */
const GROWTH = 1.5;

/** One look on the way through the time in which no start is over: a failure shows by then. */
const QUIET_PARTS = 2;

/**
 * How many times the shortest pause the first one is in the time in which starts are over. A look early in that time is made for
 * nearly every start and finds few, so the pauses shrink: by what a look costs and finds, with the root of the time that is left,
 * to which a line from three to one is close enough.
 */
const FIRST_PAUSE = 3;

/**
 * When to look next. What is being created is looked at rarely as long as it cannot be ready, and then ever more often until it
 * should be. Everything else, and whatever takes longer than expected, is looked at after growing pauses.
 */
export class PollSchedule {
  readonly #pace: PollInterval;
  #grownMs: number;

  constructor(pace: PollInterval) {
    this.#pace = pace;
    this.#grownMs = pace.watchIntervalMs.min;
  }

  /** How long to wait after a look, milliseconds; `undefined` stands for one that failed. */
  pauseAfter(seen: Pollable | undefined): number {
    const planned = seen === undefined ? undefined : this.#plannedMs(seen);
    if (planned !== undefined) return planned;
    const pauseMs = this.#grownMs;
    this.#grownMs = Math.min(this.#pace.watchIntervalMs.max, pauseMs * GROWTH);
    return pauseMs;
  }

  #plannedMs({ state, observedAtMs, details }: Pollable): number | undefined {
    const { watchIntervalMs, expectedStartMs } = this.#pace;
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
