import type { ColumnBatch, ColumnData, ColumnField, ColumnType, FixedWidthValues } from '../contract/column-batch.ts';

/**
 * A value as tests write it: numbers for up to 32 bits and for floats, bigint for 64 and 128 bits and for every
 * microsecond count, decimals as text, dates as days, intervals as `{ months, days, nanoseconds }`, lists as arrays,
 * structs as objects, maps as arrays of pairs, and `null`.
 */
export type TestValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly TestValue[]
  | { readonly [member: string]: TestValue };

const ENCODER = new TextEncoder();

/** Encodes rows as one batch of columns in the Arrow layout. */
export function encodeBatch(fields: readonly ColumnField[], rows: readonly (readonly TestValue[])[]): ColumnBatch {
  const columns = fields.map((field, at) =>
    encodeColumn(
      field.type,
      rows.map((row) => row[at] ?? null),
    ),
  );
  return { rowCount: rows.length, columns };
}

/** Encodes values as one column. */
export function encodeColumn(type: ColumnType, values: readonly TestValue[]): ColumnData {
  const validity = values.includes(null) ? packBits(values.map((value) => value !== null)) : undefined;
  const shared = { type, length: values.length, ...(validity === undefined ? {} : { validity }) };
  switch (type.kind) {
    case 'null':
      return { type, length: values.length };
    case 'boolean':
      return { ...shared, values: packBits(values.map((value) => value === true)) };
    case 'text':
      return { ...shared, ...encodeBytes(values.map((value) => ENCODER.encode((value ?? '') as string))) };
    case 'binary':
      return { ...shared, ...encodeBytes(values.map((value) => (value ?? new Uint8Array()) as Uint8Array)) };
    case 'decimal':
      return { ...shared, values: encode128(values.map((value) => unscaled((value ?? '0') as string, type.scale))) };
    case 'interval':
      return { ...shared, values: encodeIntervals(values) };
    case 'list': {
      const lists = values.map((value) => (value ?? []) as readonly TestValue[]);
      return { ...shared, offsets: toOffsets(lists), children: [encodeColumn(type.item.type, lists.flat(1))] };
    }
    case 'struct':
      return { ...shared, children: type.fields.map((field) => encodeColumn(field.type, members(values, field.name))) };
    case 'map': {
      const pairs = values.map((value) => (value ?? []) as readonly (readonly [TestValue, TestValue])[]);
      const [keys, items] = [0, 1].map((side) => pairs.flat(1).map((pair) => pair[side] ?? null)) as [
        TestValue[],
        TestValue[],
      ];
      const children = [encodeColumn(type.key.type, keys), encodeColumn(type.value.type, items)];
      return { ...shared, offsets: toOffsets(pairs), children };
    }
    case 'integer':
      if (type.bits === 128)
        return { ...shared, values: encode128(values.map((value) => BigInt((value ?? 0) as bigint | number))) };
      return { ...shared, values: encodeFixed(type, values) };
    default:
      return { ...shared, values: encodeFixed(type, values) };
  }
}

const INTEGER_ARRAYS = {
  signed: { 8: Int8Array, 16: Int16Array, 32: Int32Array, 64: BigInt64Array },
  unsigned: { 8: Uint8Array, 16: Uint16Array, 32: Uint32Array, 64: BigUint64Array },
} as const;

function encodeFixed(type: ColumnType, values: readonly TestValue[]): FixedWidthValues {
  const wide = (): bigint[] => values.map((value) => BigInt((value ?? 0) as bigint | number));
  const narrow = (): number[] => values.map((value) => Number(value ?? 0));
  switch (type.kind) {
    case 'integer': {
      const arrays = INTEGER_ARRAYS[type.signed ? 'signed' : 'unsigned'];
      if (type.bits === 64) return arrays[64].from(wide());
      return arrays[type.bits as 8 | 16 | 32].from(narrow());
    }
    case 'float':
      return type.bits === 32 ? Float32Array.from(narrow()) : Float64Array.from(narrow());
    case 'date':
    case 'months':
      return Int32Array.from(narrow());
    default:
      return BigInt64Array.from(wide());
  }
}

function encodeBytes(parts: readonly Uint8Array[]): Pick<ColumnData, 'values' | 'offsets'> & object {
  const values = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  const offsets = toOffsets(parts);
  parts.forEach((part, at) => values.set(part, offsets[at]));
  return { values, offsets };
}

function toOffsets(parts: readonly { readonly length: number }[]): Int32Array {
  const offsets = new Int32Array(parts.length + 1);
  parts.forEach((part, at) => (offsets[at + 1] = (offsets[at] ?? 0) + part.length));
  return offsets;
}

function encode128(values: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 16);
  const view = new DataView(bytes.buffer);
  values.forEach((value, at) => {
    view.setBigUint64(at * 16, BigInt.asUintN(64, value), true);
    view.setBigInt64(at * 16 + 8, value >> 64n, true);
  });
  return bytes;
}

function encodeIntervals(values: readonly TestValue[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 16);
  const view = new DataView(bytes.buffer);
  values.forEach((value, at) => {
    const parts = (value ?? {}) as { readonly months?: number; readonly days?: number; readonly nanoseconds?: bigint };
    view.setInt32(at * 16, parts.months ?? 0, true);
    view.setInt32(at * 16 + 4, parts.days ?? 0, true);
    view.setBigInt64(at * 16 + 8, parts.nanoseconds ?? 0n, true);
  });
  return bytes;
}

function members(values: readonly TestValue[], name: string): readonly TestValue[] {
  return values.map((value) => (value as { readonly [member: string]: TestValue } | null)?.[name] ?? null);
}

/** `'-1.5'` with scale 2 is `-150n`. */
function unscaled(text: string, scale: number): bigint {
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const digits = BigInt(whole + fraction.padEnd(scale, '0').slice(0, scale));
  return text.startsWith('-') ? -digits : digits;
}

/** One bit per value, least significant first. */
function packBits(bits: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, at) => {
    if (bit) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (1 << (at & 7));
  });
  return bytes;
}
