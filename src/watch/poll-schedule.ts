/** How often a provider is polled, milliseconds. */
export interface PollInterval {
  readonly watchIntervalMs: { readonly min: number; readonly max: number };
}

/** Growth of the pause between two polls. */
const GROWTH = 2;

/** No wait pauses longer than a quarter of the time that it has taken so far, but two seconds are always allowed. */
const SHORT_PAUSE_MS = 2_000;
const PAUSE_PART = 1 / 4;
const LONGEST_PAUSE_MS = 5_000;

/** The longest pause between two polls of a wait, milliseconds (C-115). @param waitedMs - how long the wait has taken so far. */
export function longestPauseMs(waitedMs: number): number {
  return Math.max(SHORT_PAUSE_MS, Math.min(waitedMs * PAUSE_PART, LONGEST_PAUSE_MS));
}

/**
 * Decides when to poll next if nothing is known about how long it takes: at growing pauses within the provider's interval, and
 * never so late that a caller who waits notices.
 * Decision 18: docs/decisions/0018-polls-are-never-far-apart.md
 */
export class PollSchedule {
  readonly #longestMs: number;
  #grownMs: number;

  constructor({ watchIntervalMs }: PollInterval) {
    this.#longestMs = watchIntervalMs.max;
    this.#grownMs = watchIntervalMs.min;
  }

  /** The pause before the next poll, milliseconds. @param waitedMs - how long the wait has taken so far, milliseconds. */
  nextPause(waitedMs: number): number {
    const pauseMs = this.#grownMs;
    this.#grownMs = Math.min(this.#longestMs, pauseMs * GROWTH);
    return Math.min(pauseMs, longestPauseMs(waitedMs));
  }
}
