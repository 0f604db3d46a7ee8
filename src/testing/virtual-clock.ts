import type { Clock } from '../contract/ports.ts';

/** The start of a {@link VirtualClock}; every member has a default. */
export interface VirtualClockOptions {
  /** Wall time at the start, epoch milliseconds. */
  readonly startMs?: number;
  /** Monotonic time at the start, milliseconds; far from the wall time, so that confusing the two shows. */
  readonly monotonicStartMs?: number;
  /**
   * Resolves when nothing more can happen until time moves; by default after one turn of the event loop.
   * A test with real sockets passes its own, which resolves when no request is running.
   */
  readonly settle?: () => Promise<void>;
}

/** How long {@link VirtualClock.runUntilSettled} runs. */
export interface RunLimits {
  /** Virtual time, milliseconds; one day by default. */
  readonly limitMs?: number;
  /** Real time, milliseconds, for I/O between the promise and its next timer (a lazy import); 2000 by default. */
  readonly ioPatienceMs?: number;
}

interface Timer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** A clock that moves only when a test moves it, and then fires every timer that is due, in order. */
export class VirtualClock implements Clock {
  #wallOffsetMs: number;
  #monotonicMs: number;
  readonly #settle: () => Promise<void>;
  /** In the order of scheduling, which is the order of timers that are due at the same time. */
  readonly #timers = new Set<Timer>();

  constructor(options: VirtualClockOptions = {}) {
    this.#monotonicMs = options.monotonicStartMs ?? 5_000;
    this.#wallOffsetMs = (options.startMs ?? Date.UTC(2026, 0, 1)) - this.#monotonicMs;
    this.#settle = options.settle ?? oneTurn;
  }

  nowMs(): number {
    return this.#monotonicMs + this.#wallOffsetMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  schedule(delayMs: number, callback: () => void): () => void {
    if (!(delayMs >= 0)) throw new RangeError(`a delay is 0 or more milliseconds; got ${delayMs}`);
    const timer = { dueMs: this.#monotonicMs + delayMs, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** How many timers are waiting; one that is left after the work is done is a leak. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Moves time by `ms`, fires the timers that are due, in order, and lets promises settle after each. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#monotonicMs + ms;
    await this.#settle();
    for (let timer = this.#nextDue(endMs); timer !== undefined; timer = this.#nextDue(endMs)) await this.#fire(timer);
    this.#monotonicMs = Math.max(this.#monotonicMs, endMs);
  }

  /**
   * Moves time from timer to timer until the promise settles, and returns its outcome.
   * @throws Error when no timer within the limits settles it.
   */
  async runUntilSettled<T>(promise: Promise<T>, limits: RunLimits = {}): Promise<T> {
    const { limitMs = 86_400_000, ioPatienceMs = 2_000 } = limits;
    const endMs = this.#monotonicMs + limitMs;
    const outcome = { isKnown: false };
    const settle = (): void => void (outcome.isKnown = true);
    promise.then(settle, settle);
    await this.#settle();
    let patienceEndsMs = performance.now() + ioPatienceMs;
    while (!outcome.isKnown) {
      const timer = this.#nextDue(endMs);
      if (timer !== undefined) {
        await this.#fire(timer);
        patienceEndsMs = performance.now() + ioPatienceMs;
      } else if (performance.now() < patienceEndsMs) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      } else {
        throw new Error(`still pending after ${limitMs} ms of virtual time, with ${this.pendingTimers} timers left`);
      }
    }
    return promise;
  }

  /** Changes the wall time, as a corrected system clock does; the monotonic time stays. */
  jumpWallTime(ms: number): void {
    this.#wallOffsetMs += ms;
  }

  #nextDue(endMs: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs <= endMs && (next === undefined || timer.dueMs < next.dueMs)) next = timer;
    }
    return next;
  }

  async #fire(timer: Timer): Promise<void> {
    this.#timers.delete(timer);
    this.#monotonicMs = Math.max(this.#monotonicMs, timer.dueMs);
    timer.callback();
    await this.#settle();
  }
}

/** One turn of the event loop: every promise that needs neither time nor I/O has settled afterwards. */
function oneTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
