import type { Clock } from '../contract/ports.ts';

/** The machine's own clock; its timers do not keep the process alive. */
export const REAL_CLOCK: Clock = Object.freeze({
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  schedule(delayMs: number, callback: () => void) {
    const timer = setTimeout(callback, delayMs).unref();
    return () => clearTimeout(timer);
  },
});

/** A clock that stands still; only `advance` moves time. */
export const VIRTUAL_CLOCK: Clock = Object.freeze({
  nowMs: () => Date.UTC(2027, 0, 1),
  monotonicMs: () => 0,
  schedule: () => () => {},
});

interface PlannedEvent {
  readonly atMs: number;
  readonly action: () => void;
}

/**
 * Events on any clock: planned for a moment and run, in order, the next time somebody calls `settle`. Nothing sleeps, so
 * an emulator on a virtual clock passes days in an instant, and one on the real clock costs nothing between two calls.
 * Decision 24: docs/decisions/0024-emulated-time-is-planned.md
 */
export class Timeline {
  readonly #clock: Clock;
  #skippedMs = 0;
  /** In the order they were planned. */
  #planned: PlannedEvent[] = [];
  #runningAtMs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The time of the event that is running, otherwise the clock's; epoch milliseconds. */
  nowMs(): number {
    return this.#runningAtMs ?? this.#clock.nowMs() + this.#skippedMs;
  }

  /** Plans `action` for `delayMs` from now; returns a function that cancels it. */
  after(delayMs: number, action: () => void): () => void {
    const event: PlannedEvent = { atMs: this.nowMs() + delayMs, action };
    this.#planned.push(event);
    return () => this.#remove(event);
  }

  /** Like {@link after}, and sets a timer on the clock, so that the action runs without a call to `settle`. */
  alarm(delayMs: number, action: () => void): () => void {
    let isOver = false;
    const cancelEvent = this.after(delayMs, () => {
      isOver = true;
      action();
    });
    // A timer may fire a moment early by the wall clock; then it is set again.
    const ring = (): void => {
      this.settle();
      if (!isOver) cancelTimer = this.#clock.schedule(1, ring, 'background');
    };
    let cancelTimer = this.#clock.schedule(delayMs, ring, 'background');
    return () => {
      isOver = true;
      cancelEvent();
      cancelTimer();
    };
  }

  /** Runs everything that is due, each event at its own time; events of the same time run in the order they were planned. */
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

  /** Moves the time ahead of the clock by `ms` and runs what is then due. */
  advance(ms: number): void {
    this.#skippedMs += ms;
    this.settle();
  }

  #takeDue(untilMs: number): PlannedEvent | undefined {
    let first: PlannedEvent | undefined;
    for (const event of this.#planned) {
      if (event.atMs <= untilMs && (first === undefined || event.atMs < first.atMs)) first = event;
    }
    if (first !== undefined) this.#remove(first);
    return first;
  }

  #remove(event: PlannedEvent): void {
    this.#planned = this.#planned.filter((other) => other !== event);
  }
}

export interface Phase<State extends string> {
  readonly state: State;
  readonly reason: string | undefined;
  /** Epoch milliseconds. */
  readonly sinceMs: number;
}

/** The states of one resource in order, and what is planned to happen next. */
export class Lifecycle<State extends string> {
  readonly #timeline: Timeline;
  readonly #phases: Phase<State>[];
  readonly #cancels: (() => void)[] = [];

  constructor(timeline: Timeline, first: State, reason?: string) {
    this.#timeline = timeline;
    this.#phases = [{ state: first, reason, sinceMs: timeline.nowMs() }];
  }

  get current(): Phase<State> {
    return this.#phases.at(-1) as Phase<State>;
  }

  get startedAtMs(): number {
    return (this.#phases[0] as Phase<State>).sinceMs;
  }

  /** What a reader sees who is `lagMs` behind; undefined when the resource did not exist then. */
  asOf(lagMs: number): Phase<State> | undefined {
    return this.until(lagMs).at(-1);
  }

  until(lagMs: number): readonly Phase<State>[] {
    const atMs = this.#timeline.nowMs() - lagMs;
    return this.#phases.filter((phase) => phase.sinceMs <= atMs);
  }

  /** The first time that one of the states was entered. */
  firstTimeIn(states: readonly State[]): number | undefined {
    return this.#phases.find((phase) => states.includes(phase.state))?.sinceMs;
  }

  /** Enters a state and cancels everything planned for the previous one. */
  enter(state: State, reason?: string): void {
    for (const cancel of this.#cancels.splice(0)) cancel();
    this.#phases.push({ state, reason, sinceMs: this.#timeline.nowMs() });
  }

  /** Plans something for `delayMs` after now; entering another state cancels it. */
  then(delayMs: number, action: () => void): void {
    this.#cancels.push(this.#timeline.after(delayMs, action));
  }
}
