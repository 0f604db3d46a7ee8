import type { Clock } from '../src/contract/ports.ts';

/** A clock whose wall time differs from another one's, as on a machine that was set wrong; timers run as on the other. */
export class WrongClock implements Clock {
  readonly #right: Clock;
  /** How far it is ahead, milliseconds; a change is a jump. */
  aheadMs = 0;

  constructor(right: Clock) {
    this.#right = right;
  }

  nowMs(): number {
    return this.#right.nowMs() + this.aheadMs;
  }

  monotonicMs(): number {
    return this.#right.monotonicMs();
  }

  schedule(delayMs: number, callback: () => void, kind?: 'awaited' | 'background'): () => void {
    return this.#right.schedule(delayMs, callback, kind);
  }
}
