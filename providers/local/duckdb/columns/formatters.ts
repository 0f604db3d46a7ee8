import type { DuckDbBinding, LogicalType } from '../binding.ts';
import type { VectorSource } from './column-builder.ts';
import { type Formatter, StringVector } from './string-columns.ts';

const encoder = new TextEncoder();
const NO_BYTES = new Uint8Array();

/** The type ids of codes that take one and two bytes; the others take four. */
const CODE_WIDTHS: Readonly<Record<number, 1 | 2>> = { 6: 1, 7: 2 };

/** An ENUM value as its word. */
export function formatEnum(binding: DuckDbBinding, type: LogicalType): Formatter {
  const count = binding.enum_dictionary_size(type);
  const words = Array.from({ length: count }, (_, index) => binding.enum_dictionary_value(type, index));
  return formatWords(words, CODE_WIDTHS[binding.enum_internal_type(type)] ?? 4);
}

/** The tag of a union as the name of the alternative. */
export function formatTag(names: readonly string[]): Formatter {
  return formatWords(names, 1);
}

/** A UUID in its usual groups. DuckDB stores it as a signed number with the first bit inverted, so that it sorts as text. */
export const formatUuid: Formatter = (source) => {
  const view = viewOf(source, 16);
  return (index) => {
    const high = BigInt.asUintN(64, view.getBigInt64(index * 16 + 8, true) ^ (1n << 63n));
    const digits = hex(high) + hex(view.getBigUint64(index * 16, true));
    return encoder.encode(digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'));
  };
};

/** A bit string as zeros and ones. Its first byte holds the number of padding bits in the second one. */
export const formatBits: Formatter = (source, present) => {
  const strings = new StringVector(source, present);
  return (index) => {
    const [padding = 0, ...bytes] = strings.bytesAt(index);
    const bits = bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('');
    return encoder.encode(bits.slice(padding));
  };
};

/** A BIGNUM in decimal digits: three bytes for sign and length, then the number, highest byte first, inverted when negative. */
export const formatBigNumber: Formatter = (source, present) => {
  const strings = new StringVector(source, present);
  return (index) => {
    const bytes = strings.bytesAt(index);
    const isNegative = ((bytes[0] ?? 0) & 0x80) === 0;
    const digits = Buffer.from(bytes.subarray(3).map((byte) => (isNegative ? byte ^ 0xff : byte))).toString('hex');
    return encoder.encode(`${isNegative ? '-' : ''}${BigInt(`0x${digits}`)}`);
  };
};

/** The largest offset of a time of day, seconds. DuckDB stores this minus the offset, so that times sort. */
const MAX_OFFSET_SECONDS = 16 * 3600 - 1;

/** A time of day with its offset: 40 bits of microseconds and 24 bits of offset. */
export const formatTimeWithOffset: Formatter = (source) => {
  const view = viewOf(source, 8);
  return (index) => {
    const packed = view.getBigUint64(index * 8, true);
    const offset = formatOffset(MAX_OFFSET_SECONDS - Number(packed & 0xffffffn));
    return encoder.encode(formatTime(Number(packed >> 24n)) + offset);
  };
};

function formatTime(microseconds: number): string {
  const seconds = Math.floor(microseconds / 1e6);
  const fraction = microseconds % 1e6;
  const whole = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map(twoDigits).join(':');
  return fraction === 0 ? whole : `${whole}.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`;
}

function formatOffset(offsetSeconds: number): string {
  const size = Math.abs(offsetSeconds);
  const parts = [size / 3600, (size / 60) % 60, size % 60].map(twoDigits);
  while (parts.length > 1 && parts.at(-1) === '00') parts.pop();
  return (offsetSeconds < 0 ? '-' : '+') + parts.join(':');
}

function twoDigits(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}

function hex(value: bigint): string {
  return value.toString(16).padStart(16, '0');
}

function viewOf({ binding, vector, size }: VectorSource, width: number): DataView {
  const { buffer, byteOffset, byteLength } = binding.vector_get_data(vector, size * width);
  return new DataView(buffer, byteOffset, byteLength);
}

function formatWords(words: readonly string[], codeWidth: 1 | 2 | 4): Formatter {
  const encoded = words.map((word) => encoder.encode(word));
  return (source) => {
    const view = viewOf(source, codeWidth);
    const codeAt = (index: number): number => {
      if (codeWidth === 1) return view.getUint8(index);
      return codeWidth === 2 ? view.getUint16(index * 2, true) : view.getUint32(index * 4, true);
    };
    return (index) => encoded[codeAt(index)] ?? NO_BYTES;
  };
}
