import type { ColumnType } from '../contract/column-batch.ts';

/** How many bytes `length` values of a fixed width take. */
export function fixedByteLength(type: ColumnType, length: number): number {
  switch (type.kind) {
    case 'boolean':
      return Math.ceil(length / 8);
    case 'integer':
    case 'float':
      return (length * type.bits) / 8;
    case 'date':
    case 'months':
      return length * 4;
    case 'decimal':
    case 'interval':
      return length * 16;
    default:
      return length * 8;
  }
}

/** @throws RangeError for a buffer or a column that is too short. */
export function assertEnough(what: string, found: number, needed: number): void {
  if (found < needed) throw new RangeError(`${found} ${what} where ${needed} are needed`);
}

/**
 * Checks the `length + 1` positions of variable-width values.
 * @throws RangeError for positions that are missing, go back, or lead behind `end`.
 */
export function assertOffsets(offsets: Int32Array, length: number, end: number): void {
  assertEnough('offsets', offsets.length, length + 1);
  assertLastOffset(lastAscending(offsets, length + 1, 0), end);
}

/** The last of `count` offsets, which begin at `first` or above. @throws RangeError for offsets that go back. */
export function lastAscending(offsets: Int32Array, count: number, first: number): number {
  let last = first;
  // One sign bit for all: a comparison for each would double the time of the check.
  let signs = 0;
  for (let at = 0; at < count; at += 1) {
    const offset = offsets[at] as number;
    signs |= offset | (offset - last);
    last = offset;
  }
  if (signs < 0) throw new RangeError('offsets that go back');
  return last;
}

/** @throws RangeError for an offset behind the end of its values. */
export function assertLastOffset(last: number, end: number): void {
  if (last > end) throw new RangeError(`the last offset is ${last}, behind the ${end} values`);
}

/** How many of the first `length` bits are set. */
export function countBits(bits: Uint8Array, length: number): number {
  const wholeBytes = length >> 3;
  let count = 0;
  for (let at = 0; at < wholeBytes; at += 1) count += BITS_OF_BYTE[bits[at] as number] as number;
  const rest = (bits[wholeBytes] ?? 0) & ((1 << (length & 7)) - 1);
  return count + (BITS_OF_BYTE[rest] ?? 0);
}

const BITS_OF_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length);
