import { areAllSet, bothSet, copyBits, fillBits } from './bit-runs.ts';
import type { Range, VectorSource } from './column-builder.ts';
import { GrowableBytes } from './growable-bytes.ts';

/** Which values of a vector are there: one bit a value, `undefined` when all are. */
export function readPresence({ binding, vector, size, enclosing }: VectorSource): Uint8Array | undefined {
  // DuckDB keeps the mask in words of 64 bits.
  const own = binding.vector_get_validity(vector, Math.ceil(size / 64) * 8) ?? undefined;
  if (own === undefined || areAllSet(own, size)) return enclosing;
  return enclosing === undefined ? own : bothSet(own, enclosing);
}

/** Gathers which values of a column are there. */
export class Presence {
  #bits: GrowableBytes | undefined;
  #length = 0;

  /** How many values were noted. */
  get length(): number {
    return this.#length;
  }

  /** Notes the ranges' values; `present` is what {@link readPresence} gave for their vector. */
  append(present: Uint8Array | undefined, ranges: readonly Range[]): void {
    for (const { start, count } of ranges) {
      const at = this.#length;
      this.#length += count;
      if (present === undefined && this.#bits === undefined) continue;
      const bits = this.#grown(at);
      if (present === undefined) fillBits(bits, at, count);
      else copyBits({ from: present, start, to: bits, at, count });
    }
  }

  /** One bit a value, or `undefined` when none is missing. */
  finish(): Uint8Array | undefined {
    if (this.#bits === undefined) return undefined;
    const bits = this.#bits.written();
    return areAllSet(bits, this.#length) ? undefined : bits;
  }

  /** The bits with room for all values; before the first missing one there are none, so those until `at` are set here. */
  #grown(at: number): Uint8Array {
    const isFirst = this.#bits === undefined;
    this.#bits ??= new GrowableBytes();
    this.#bits.extend(Math.ceil(this.#length / 8) - this.#bits.length);
    if (isFirst) fillBits(this.#bits.bytes, 0, at);
    return this.#bits.bytes;
  }
}
