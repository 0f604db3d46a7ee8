/** Bits as Arrow and DuckDB pack them: the first one is the lowest bit of the first byte. */

/** Bits to copy. */
export interface BitRun {
  readonly from: Uint8Array;
  readonly start: number;
  readonly to: Uint8Array;
  readonly at: number;
  readonly count: number;
}

/** Whether a bit is set. */
export function hasBit(bits: Uint8Array, index: number): boolean {
  return (((bits[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;
}

/** Copies bits; the target bits must be zero. */
export function copyBits({ from, start, to, at, count }: BitRun): void {
  let done = 0;
  if (((start | at) & 7) === 0) {
    // Whole bytes, when both sides start at a byte boundary.
    to.set(from.subarray(start >> 3, (start + count) >> 3), at >> 3);
    done = count & ~7;
  }
  for (; done < count; done += 1) if (hasBit(from, start + done)) setBit(to, at + done);
}

/** Sets bits. */
export function fillBits(to: Uint8Array, at: number, count: number): void {
  const end = at + count;
  let index = at;
  for (; index < end && (index & 7) !== 0; index += 1) setBit(to, index);
  to.fill(0xff, index >> 3, end >> 3);
  for (index = Math.max(index, end & ~7); index < end; index += 1) setBit(to, index);
}

/** Whether the first `count` bits are all set. */
export function areAllSet(bits: Uint8Array, count: number): boolean {
  const whole = count >> 3;
  for (let index = 0; index < whole; index += 1) if (bits[index] !== 0xff) return false;
  for (let index = whole << 3; index < count; index += 1) if (!hasBit(bits, index)) return false;
  return true;
}

/** The bits that are set in both, in the shorter length. */
export function bothSet(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(Math.min(a.length, b.length));
  for (let index = 0; index < both.length; index += 1) both[index] = (a[index] ?? 0) & (b[index] ?? 0);
  return both;
}

/** Sets one bit. */
export function setBit(bits: Uint8Array, index: number): void {
  bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
}
