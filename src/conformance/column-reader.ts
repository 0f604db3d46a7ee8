import type { ColumnBatch, ColumnData } from '../contract/column-batch.ts';

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

const DECODER = new TextDecoder();

/** The rows of a batch. Plain on purpose, and written apart from the decoder that users get: the kit must not share its mistakes. */
export function readRows(batch: ColumnBatch): readonly (readonly SampleValue[])[] {
  const columns = batch.columns.map(readColumn);
  return Array.from({ length: batch.rowCount }, (_, row) => columns.map((values) => values[row] ?? null));
}

/** The values of a column. */
function readColumn(column: ColumnData): readonly SampleValue[] {
  const { type, length, validity } = column;
  const read = type.kind === 'null' ? () => null : readerOf(column);
  return Array.from({ length }, (_, at) => (validity === undefined || readBit(validity, at) ? read(at) : null));
}

/** How one present value of the column is read. */
function readerOf(column: ColumnData): (at: number) => SampleValue {
  const { type, values, offsets = new Int32Array(), children = [] } = column;
  const bytes = values as Uint8Array;
  const slice = <T>(items: { slice(start: number, end: number): T }, at: number): T =>
    items.slice(offsets[at] ?? 0, offsets[at + 1] ?? 0);
  const members = children.map(readColumn);
  const [first = [], second = []] = members;
  switch (type.kind) {
    case 'boolean':
      return (at) => readBit(bytes, at);
    case 'text':
      return (at) => DECODER.decode(slice(bytes, at));
    case 'binary':
      return (at) => Uint8Array.from(slice(bytes, at));
    case 'decimal':
      return (at) => scaled(read128(column, at, true), type.scale);
    case 'interval':
      return (at) => {
        const view = sixteenBytes(column, at);
        return { months: view.getInt32(0, true), days: view.getInt32(4, true), nanoseconds: view.getBigInt64(8, true) };
      };
    case 'list':
      return (at) => slice(first, at);
    case 'map': {
      const pairs = first.map((key, at) => [key, second[at] ?? null]);
      return (at) => slice(pairs, at);
    }
    case 'struct':
      return (at) => Object.fromEntries(type.fields.map(({ name }, index) => [name, members[index]?.[at] ?? null]));
    default:
      if (type.kind === 'integer' && type.bits === 128) return (at) => read128(column, at, type.signed);
      return (at) => values?.[at] ?? null;
  }
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
