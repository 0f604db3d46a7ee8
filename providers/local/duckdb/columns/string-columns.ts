import type { DuckDbBinding } from '../binding.ts';
import { hasBit } from './bit-runs.ts';
import { type ColumnLayout, layoutOf, type Range, type VectorSource } from './column-builder.ts';
import { VariableWidth, type VariableWidthRoom } from './growable-bytes.ts';

/** Text: UTF-8 in DuckDB and in the column. */
export const textLayout: ColumnLayout = stringLayout('text');

/** Bytes. */
export const binaryLayout: ColumnLayout = stringLayout('binary');

/** Opens a vector and returns a function that formats one present value as UTF-8. */
export type Formatter = (source: VectorSource, present: Uint8Array | undefined) => (index: number) => Uint8Array;

const NO_BYTES = new Uint8Array();

/** Values that have no Arrow type, as text: formatted as DuckDB's cast to VARCHAR formats them. */
export function formattedLayout(formatter: Formatter): ColumnLayout {
  return layoutOf({ kind: 'text' }, () => {
    const texts = new VariableWidth();
    return {
      append: (source, ranges, present) => {
        const format = formatter(source, present);
        for (const { start, count } of ranges) {
          for (let index = start; index < start + count; index += 1) {
            const text = present === undefined || hasBit(present, index) ? format(index) : NO_BYTES;
            const { bytes, at, ends, first } = texts.extend(1, text.length);
            bytes.set(text, at);
            ends[first] = at + text.length;
          }
        }
      },
      finish: () => texts.finish(),
    };
  });
}

function stringLayout(kind: 'text' | 'binary'): ColumnLayout {
  return layoutOf({ kind }, () => {
    const strings = new VariableWidth();
    return {
      append: (source, ranges, present) => {
        const vector = new StringVector(source, present);
        for (const range of ranges) vector.copy(range, strings);
      },
      finish: () => strings.finish(),
    };
  });
}

/** A string takes sixteen bytes: its length, and then a short string itself, … */
const ENTRY_BYTES = 16;
const ENTRY_WORDS = ENTRY_BYTES / 4;
const MAX_INLINE = 12;
/** … or the first four bytes of a long one and a pointer to all of it. */
const POINTER_WORD = 2;

/**
 * The strings of a VARCHAR or BLOB vector.
 * One call into the binding per long string would cost more than everything else together, so adjacent strings are
 * fetched with one call. DuckDB stores the strings of a result one after the other: when a pointer equals the end of the
 * string before, all bytes in between belong to strings of this vector.
 * @see https://duckdb.org/docs/stable/clients/c/vector.html#string-vectors (read 2026-11-20)
 */
export class StringVector {
  readonly #binding: DuckDbBinding;
  readonly #entries: Uint8Array;
  readonly #words: Uint32Array;
  readonly #present: Uint8Array | undefined;
  /** Fetched bytes of long strings, and how many of them were copied. */
  #fetched: Uint8Array = NO_BYTES;
  #used = 0;

  /** @param present - which entries are valid; the others are undefined and not read. */
  constructor({ binding, vector, size }: VectorSource, present: Uint8Array | undefined) {
    this.#binding = binding;
    this.#present = present;
    this.#entries = binding.vector_get_data(vector, size * ENTRY_BYTES);
    this.#words = new Uint32Array(this.#entries.buffer, this.#entries.byteOffset, size * ENTRY_WORDS);
  }

  /** Appends the strings of a range; a null has no bytes. */
  copy(range: Range, target: VariableWidth): void {
    const { start, count } = range;
    const end = start + count;
    const room = target.extend(count, this.#byteCount(start, end));
    const { bytes, at, ends, first } = room;
    const words = this.#words;
    const entries = this.#entries;
    let position = at;
    for (let index = start; index < end; index += 1) {
      if (this.#present === undefined || hasBit(this.#present, index)) {
        const length = words[index * ENTRY_WORDS] ?? 0;
        if (length > MAX_INLINE) {
          index = this.#copyLong({ range, index, room, position }) - 1;
          position = ends[first + index - start] ?? 0;
          continue;
        }
        const from = index * ENTRY_BYTES + 4;
        for (let offset = 0; offset < length; offset += 1) bytes[position + offset] = entries[from + offset] ?? 0;
        position += length;
      }
      ends[first + index - start] = position;
    }
  }

  /** The bytes of one string, valid until the next call. */
  bytesAt(index: number): Uint8Array {
    const length = this.#lengthOf(index);
    if (length > MAX_INLINE) return this.#fetch(index, length);
    const from = index * ENTRY_BYTES + 4;
    return this.#entries.subarray(from, from + length);
  }

  /** Appends a long string and the long ones directly after it; returns the index after them. */
  #copyLong({ range, index, room, position }: LongStrings): number {
    const end = range.start + range.count;
    if (this.#used === this.#fetched.length) {
      this.#fetched = this.#fetch(index, this.#runLength(index, end));
      this.#used = 0;
    }
    const from = this.#used;
    let next = index;
    do {
      this.#used += this.#lengthOf(next);
      room.ends[room.first + next - range.start] = position + this.#used - from;
      next += 1;
    } while (next < end && this.#used < this.#fetched.length && this.#lengthOf(next) > MAX_INLINE);
    room.bytes.set(this.#fetched.subarray(from, this.#used), position);
    return next;
  }

  /** How many bytes belong to a long string and to the long strings that follow it both in memory and in the vector. */
  #runLength(index: number, end: number): number {
    const low = this.#words[index * ENTRY_WORDS + POINTER_WORD] ?? 0;
    const high = this.#words[index * ENTRY_WORDS + POINTER_WORD + 1] ?? 0;
    let total = this.#lengthOf(index);
    for (let next = index + 1; next < end; next += 1) {
      const length = this.#lengthOf(next);
      if (length <= MAX_INLINE) continue;
      const word = next * ENTRY_WORDS + POINTER_WORD;
      if (this.#words[word] !== low + total || this.#words[word + 1] !== high) break;
      total += length;
    }
    return total;
  }

  #byteCount(start: number, end: number): number {
    let total = 0;
    for (let index = start; index < end; index += 1) total += this.#lengthOf(index);
    return total;
  }

  #lengthOf(index: number): number {
    if (this.#present !== undefined && !hasBit(this.#present, index)) return 0;
    return this.#words[index * ENTRY_WORDS] ?? 0;
  }

  #fetch(index: number, byteCount: number): Uint8Array {
    const { buffer, byteOffset } = this.#entries;
    return this.#binding.get_data_from_pointer(buffer, byteOffset + index * ENTRY_BYTES + POINTER_WORD * 4, byteCount);
  }
}

interface LongStrings {
  readonly range: Range;
  /** Where the first of them is. */
  readonly index: number;
  readonly room: VariableWidthRoom;
  /** Where its bytes go. */
  readonly position: number;
}
