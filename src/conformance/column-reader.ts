import type { ColumnBatch, ColumnData, ColumnType } from '../contract/column-batch.ts';

/**
 * A value as the kit compares it: numbers for up to 32 bits and for floats, bigint for 64 and 128 bits and for every
 * microsecond count, decimals as text, dates as days, intervals as `{ months, days, nanoseconds }`, lists as arrays,
 * structs as objects, maps as arrays of pairs, and `null`.
 */
export type SampleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly SampleValue[]
  | { readonly [member: string]: SampleValue };

/** The rows of a batch. Plain on purpose, and written apart from the decoder that users get: the kit must not share its mistakes. */
export function readRows(batch: ColumnBatch): readonly (readonly SampleValue[])[] {
  return Array.from({ length: batch.rowCount }, (_, row) => batch.columns.map((column) => readValue(column, row)));
}

/** One value of a column. */
export function readValue(column: ColumnData, at: number): SampleValue {
  const { type, validity, values, offsets = new Int32Array(), children = [] } = column;
  if (type.kind === 'null' || (validity !== undefined && !readBit(validity, at))) return null;
  const [start, end] = [offsets[at] ?? 0, offsets[at + 1] ?? 0];
  const child = (index: number): ColumnData => {
    const found = children[index];
    if (found === undefined) throw new Error(`a column of kind '${type.kind}' lacks its child ${index}`);
    return found;
  };
  const between = <T>(read: (index: number) => T): T[] =>
    Array.from({ length: end - start }, (_, index) => read(start + index));
  switch (type.kind) {
    case 'boolean':
      return readBit(values as Uint8Array, at);
    case 'text':
      return new TextDecoder().decode((values as Uint8Array).subarray(start, end));
    case 'binary':
      return (values as Uint8Array).slice(start, end);
    case 'decimal':
      return scaled(read128(column, at, true), type.scale);
    case 'interval': {
      const view = sixteenBytes(column, at);
      return { months: view.getInt32(0, true), days: view.getInt32(4, true), nanoseconds: view.getBigInt64(8, true) };
    }
    case 'list':
      return between((index) => readValue(child(0), index));
    case 'struct':
      return Object.fromEntries(type.fields.map((field, index) => [field.name, readValue(child(index), at)]));
    case 'map':
      return between((index) => [readValue(child(0), index), readValue(child(1), index)]);
    default:
      return isWide(type) ? read128(column, at, type.kind === 'integer' && type.signed) : (values?.[at] ?? null);
  }
}

function isWide(type: ColumnType): boolean {
  return type.kind === 'integer' && type.bits === 128;
}

function readBit(bits: Uint8Array, at: number): boolean {
  return (((bits[at >> 3] ?? 0) >> (at & 7)) & 1) === 1;
}

function sixteenBytes({ values }: ColumnData, at: number): DataView {
  const { buffer, byteOffset } = values ?? new Uint8Array();
  return new DataView(buffer, byteOffset + at * 16, 16);
}

function read128(column: ColumnData, at: number, signed: boolean): bigint {
  const view = sixteenBytes(column, at);
  const high = signed ? view.getBigInt64(8, true) : view.getBigUint64(8, true);
  return (high << 64n) | view.getBigUint64(0, true);
}

/** `-150n` with scale 2 is `'-1.50'`. */
function scaled(value: bigint, scale: number): string {
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return value < 0n ? `-${text}` : text;
}
