import { createHash } from 'node:crypto';

import type { Random } from '../contract/ports.ts';

/** Repeatable randomness: a seed gives the same sequence on every machine. */
export class SeededRandom implements Random {
  readonly #seed: number;
  #drawn = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  next(): number {
    return Number.parseInt(this.hex(12), 16) / 2 ** 48;
  }

  hex(count: number): string {
    let digits = '';
    while (digits.length < count) digits += this.#block();
    return digits.slice(0, count);
  }

  /** A UUID in the form of version 4. */
  uuid(): string {
    const digits = this.hex(32);
    const variant = '89ab'.charAt(Number.parseInt(digits.charAt(16), 16) % 4);
    return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20)}`;
  }

  #block(): string {
    this.#drawn += 1;
    return createHash('sha256').update(`${this.#seed}:${this.#drawn}`).digest('hex');
  }
}
