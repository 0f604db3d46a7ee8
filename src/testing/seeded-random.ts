import type { Random } from '../contract/ports.ts';

/** Repeatable random numbers: the same seed gives the same numbers on every machine. */
export class SeededRandom implements Random {
  #state: number;

  /** @param seed - a whole number; only its lower 32 bits are used. */
  constructor(seed = 1) {
    this.#state = seed >>> 0;
  }

  /** Mulberry32: small, and uniform enough for tests. Never use it for secrets. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  hex(count: number): string {
    let digits = '';
    while (digits.length < count) digits += Math.floor(this.next() * 16).toString(16);
    return digits;
  }
}
