import { exactInt128 } from './exact-integer.ts';
import { tabulate } from './tabulate.ts';

/** Integers of 128 bits, sixteen little-endian bytes each. */
export function decodeWideIntegers(view: DataView, length: number, signed: boolean): bigint[] {
  return tabulate(length, (at) => wideInteger(view, at * 16, signed));
}

/** Decimals, sixteen little-endian bytes each, with exactly `scale` digits after the point. */
export function decodeDecimals(view: DataView, length: number, scale: number): string[] {
  return tabulate(length, (at) => {
    const unscaled = exactInt128(view, at * 16) ?? wideInteger(view, at * 16, true);
    return withPoint(unscaled, scale);
  });
}

function wideInteger(view: DataView, byteOffset: number, signed: boolean): bigint {
  const low = view.getBigUint64(byteOffset, true);
  const high = signed ? view.getBigInt64(byteOffset + 8, true) : view.getBigUint64(byteOffset + 8, true);
  return (high << 64n) | low;
}

function withPoint(unscaled: number | bigint, scale: number): string {
  if (scale === 0) return String(unscaled);
  const isNegative = unscaled < 0;
  const digits = String(isNegative ? -unscaled : unscaled).padStart(scale + 1, '0');
  return `${isNegative ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
