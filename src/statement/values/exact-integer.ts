/** With a high word within ± this, a 64-bit integer is within ±2^53, where a double is exact. */
const HIGH_WORD_LIMIT = 2 ** 21;

/** A little-endian Int64 as a number if that is exact, else `undefined`. Bigints are several times slower, and most values are small. */
export function exactInt64(view: DataView, byteOffset: number): number | undefined {
  const high = view.getInt32(byteOffset + 4, true);
  if (high < -HIGH_WORD_LIMIT || high >= HIGH_WORD_LIMIT) return undefined;
  return high * 2 ** 32 + view.getUint32(byteOffset, true);
}

/** The same for sixteen bytes. */
export function exactInt128(view: DataView, byteOffset: number): number | undefined {
  const low = exactInt64(view, byteOffset);
  const signWord = low !== undefined && low < 0 ? -1 : 0;
  const fits = view.getInt32(byteOffset + 8, true) === signWord && view.getInt32(byteOffset + 12, true) === signWord;
  return fits ? low : undefined;
}
