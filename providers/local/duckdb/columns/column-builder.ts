import type { ColumnData, ColumnType } from '../../../../src/contract/column-batch.ts';
import type { DuckDbBinding, Vector } from '../binding.ts';
import { areAllSet, bothSet, copyBits, fillBits } from './bit-runs.ts';
import { GrowableBytes } from './growable-bytes.ts';

/** How many values one DuckDB vector holds at most. */
export const VECTOR_SIZE = 2048;

/** A part of a vector: `count` values from `start` on. */
export interface Range {
  readonly start: number;
  readonly count: number;
}

/** A DuckDB vector to read. */
export interface VectorSource {
  readonly binding: DuckDbBinding;
  readonly vector: Vector;
  /** How many values the vector holds. */
  readonly size: number;
  /**
   * One bit a value, 0 where the enclosing struct is null; absent when none is null.
   * The data of such a value is undefined and may be an invalid pointer.
   */
  readonly enclosing?: Uint8Array;
}

/** Collects the values of one column from many chunks. */
export interface ColumnBuilder {
  /** Appends the values of the ranges, in their order. */
  append(source: VectorSource, ranges: readonly Range[]): void;
  /** The column; nothing may be appended afterwards. */
  finish(): ColumnData;
}

/** How a column of a DuckDB type becomes a column of a batch. */
export interface ColumnLayout {
  readonly type: ColumnType;
  /** A builder for one batch. */
  build(): ColumnBuilder;
}

/** Collects the buffers of one column, without the validity. */
export interface BufferBuilder {
  /** @param present - one bit a value of the vector; the data of a null is undefined. */
  append(source: VectorSource, ranges: readonly Range[], present: Uint8Array | undefined): void;
  finish(length: number): Pick<ColumnData, 'values' | 'offsets' | 'children'>;
}

/** A layout whose builders collect the validity and leave the other buffers to a {@link BufferBuilder}. */
export function layoutOf(type: ColumnType, buffers: () => BufferBuilder, readValidity = readPresence): ColumnLayout {
  const build = (): ColumnBuilder => {
    const presence = new Presence();
    const builder = buffers();
    return {
      append: (source, ranges) => {
        const present = readValidity(source);
        presence.append(present, ranges);
        builder.append(source, ranges, present);
      },
      finish: () => {
        const { length } = presence;
        const validity = presence.finish();
        return { type, length, ...builder.finish(length), ...(validity && { validity }) };
      },
    };
  };
  return { type, build };
}

/** Which values of a vector are present (not null): one bit a value, `undefined` when all are. */
export function readPresence({ binding, vector, size, enclosing }: VectorSource): Uint8Array | undefined {
  // DuckDB stores the mask in words of 64 bits.
  const own = binding.vector_get_validity(vector, Math.ceil(size / 64) * 8) ?? undefined;
  if (own === undefined || areAllSet(own, size)) return enclosing;
  return enclosing === undefined ? own : bothSet(own, enclosing);
}

/** Collects which values of a column are present. */
export class Presence {
  #bits: GrowableBytes | undefined;
  #length = 0;

  /** How many values were appended. */
  get length(): number {
    return this.#length;
  }

  /** Appends the values of the ranges; `present` is the result of {@link readPresence} for their vector. */
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

  /** One bit a value, or `undefined` when all are present. */
  finish(): Uint8Array | undefined {
    const bits = this.#bits?.written();
    return bits === undefined || areAllSet(bits, this.#length) ? undefined : bits;
  }

  /** The bits, with room for all values. They exist from the first null on; creating them sets the first `at` bits. */
  #grown(at: number): Uint8Array {
    const isFirst = this.#bits === undefined;
    this.#bits ??= new GrowableBytes();
    this.#bits.extend(Math.ceil(this.#length / 8) - this.#bits.length);
    if (isFirst) fillBits(this.#bits.bytes, 0, at);
    return this.#bits.bytes;
  }
}
