import type { ColumnData } from '../../../src/contract/column-batch.ts';

/**
 * A value as plain data, equal for columns and DuckDB's own objects: bigint for whole numbers and times, a string for
 * text and formatted values, a hexadecimal string for bytes.
 */
export type RawValue =
  null | boolean | number | bigint | string | readonly RawValue[] | { readonly [member: string]: RawValue };

/** Reads the values of a column from its Arrow buffers, without the code under test. */
export function rawValues(column: ColumnData): RawValue[] {
  const { length, validity } = column;
  const read = reader(column);
  return Array.from({ length }, (_, at) => (validity === undefined || isSet(validity, at) ? read(at) : null));
}

function reader(column: ColumnData): (at: number) => RawValue {
  const { type } = column;
  const children = (column.children ?? []).map(rawValues);
  const items = <T>(all: readonly T[], at: number): readonly T[] =>
    all.slice(column.offsets![at], column.offsets![at + 1]);
  switch (type.kind) {
    case 'null':
      return () => null;
    case 'boolean':
      return (at) => isSet(bytesOf(column), at);
    case 'integer':
      return (at) => (type.bits === 128 ? wide(column, at, type.signed) : BigInt(element(column, at)));
    case 'decimal':
      return (at) => wide(column, at, true);
    case 'float':
      return (at) => Number(element(column, at));
    case 'text':
      return (at) => new TextDecoder('utf-8', { fatal: true }).decode(slice(column, at));
    case 'binary':
      return (at) => Buffer.from(slice(column, at)).toString('hex');
    case 'interval':
      return (at) => {
        const { buffer, byteOffset } = bytesOf(column);
        const view = new DataView(buffer, byteOffset + at * 16, 16);
        return [BigInt(view.getInt32(0, true)), BigInt(view.getInt32(4, true)), view.getBigInt64(8, true)];
      };
    case 'list':
      return (at) => items(children[0]!, at);
    case 'struct':
      return (at) => Object.fromEntries(type.fields.map(({ name }, index) => [name, children[index]![at]!]));
    case 'map': {
      const pairs = children[0]!.map((key, index) => [key, children[1]![index]!] as const);
      return (at) => items(pairs, at);
    }
    default:
      return (at) => BigInt(element(column, at));
  }
}

function element(column: ColumnData, at: number): number | bigint {
  if (at >= column.values!.length) throw new RangeError(`no value ${at} in ${column.type.kind}`);
  return column.values![at]!;
}

function bytesOf({ values }: ColumnData): Uint8Array {
  return new Uint8Array(values!.buffer, values!.byteOffset, values!.byteLength);
}

function slice(column: ColumnData, at: number): Uint8Array {
  const [start, end] = [column.offsets![at]!, column.offsets![at + 1]!];
  if (end < start || end > bytesOf(column).length) throw new RangeError(`positions ${start}..${end} of value ${at}`);
  return bytesOf(column).subarray(start, end);
}

function wide(column: ColumnData, at: number, signed: boolean): bigint {
  const { buffer, byteOffset } = bytesOf(column);
  const view = new DataView(buffer, byteOffset + at * 16, 16);
  const high = signed ? view.getBigInt64(8, true) : view.getBigUint64(8, true);
  return (high << 64n) | view.getBigUint64(0, true);
}

function isSet(bits: Uint8Array, at: number): boolean {
  return ((bits[at >> 3]! >> (at & 7)) & 1) === 1;
}
