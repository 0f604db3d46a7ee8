import type { Clock } from '../contract/ports.ts';

interface PlannedEvent {
  readonly atMs: number;
  readonly order: number;
  readonly action: () => void;
}

/**
 * What happens when, on any clock: events are planned for a moment and run, in order, the next time somebody looks.
 * Nothing sleeps, so an emulator on a virtual clock lives through days in an instant, and one on the
 * real clock costs nothing between two calls.
 * Decision 24: docs/decisions/0024-emulated-time-is-planned.md
 */
export class Timeline {
  readonly #clock: Clock;
  #skippedMs = 0;
  #planned: PlannedEvent[] = [];
  #order = 0;
  #runningAtMs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The time of the event that is running, otherwise the clock's; epoch milliseconds. */
  nowMs(): number {
    return this.#runningAtMs ?? this.#clock.nowMs() + this.#skippedMs;
  }

  /** Plans `action` for `delayMs` from now and returns the way to call it off. */
  after(delayMs: number, action: () => void): () => void {
    const event: PlannedEvent = { atMs: this.nowMs() + delayMs, order: this.#order++, action };
    this.#planned.push(event);
    return () => {
      this.#planned = this.#planned.filter((other) => other !== event);
    };
  }

  /** Like {@link after}, and has the clock look in time even when nobody else does; for answers that are held back. */
  alarm(delayMs: number, action: () => void): () => void {
    let isOver = false;
    const forget = this.after(delayMs, () => {
      isOver = true;
      action();
    });
    // A timer may ring a moment before its time by the wall clock; then it is looked at again.
    const look = (): void => {
      this.settle();
      if (!isOver) stopLooking = this.#clock.schedule(1, look, 'background');
    };
    let stopLooking = this.#clock.schedule(delayMs, look, 'background');
    return () => {
      isOver = true;
      forget();
      stopLooking();
    };
  }

  /** Runs everything that is due, each event at its own time and those of one time in the order they were planned. */
  settle(): void {
    const untilMs = this.nowMs();
    try {
      for (let next = this.#takeDue(untilMs); next !== undefined; next = this.#takeDue(untilMs)) {
        this.#runningAtMs = next.atMs;
        next.action();
      }
    } finally {
      this.#runningAtMs = undefined;
    }
  }

  /** Moves the time ahead of the clock by `ms` and runs what fell due. */
  advance(ms: number): void {
    this.#skippedMs += ms;
    this.settle();
  }

  #takeDue(untilMs: number): PlannedEvent | undefined {
    let first: PlannedEvent | undefined;
    for (const event of this.#planned) {
      if (event.atMs > untilMs) continue;
      if (first === undefined || event.atMs < first.atMs || (event.atMs === first.atMs && event.order < first.order)) {
        first = event;
      }
    }
    if (first !== undefined) this.#planned = this.#planned.filter((event) => event !== first);
    return first;
  }
}
