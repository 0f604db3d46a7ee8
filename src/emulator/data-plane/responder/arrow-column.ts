import type { DuckDBMapEntry, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import type * as arrowModule from 'apache-arrow';
import type { Data, DataType } from 'apache-arrow';
import { RpcStatus } from '../rpc-status.ts';

type Values = readonly DuckDBValue[];

/** A column in the Arrow type that Spark uses for it. */
export interface ArrowColumn {
  readonly type: DataType;
  /** The values in Arrow's buffers. @throws RpcStatus for a number that Spark's type cannot hold. */
  readonly toData: (values: Values) => Data;
}

/** The numbers of DuckDB's types; its module loads late. @see https://duckdb.org/docs/stable/clients/c/types (read 2026-11-21) */
const TYPE_ID = {
  boolean: 1,
  tinyint: 2,
  smallint: 3,
  integer: 4,
  bigint: 5,
  utinyint: 6,
  usmallint: 7,
  uinteger: 8,
  ubigint: 9,
  float: 10,
  double: 11,
  timestamp: 12,
  date: 13,
  hugeint: 16,
  blob: 18,
  decimal: 19,
  timestampSeconds: 20,
  timestampMillis: 21,
  timestampNanos: 22,
  list: 24,
  struct: 25,
  map: 26,
  timestampZoned: 31,
  array: 33,
  null: 36,
} as const;

/** Spark has no unsigned numbers: they use the next wider type; a sum, which DuckDB makes a HUGEINT, is a BIGINT. */
const INTEGER_BITS: Readonly<Record<number, 8 | 16 | 32 | 64 | undefined>> = {
  [TYPE_ID.tinyint]: 8,
  [TYPE_ID.smallint]: 16,
  [TYPE_ID.utinyint]: 16,
  [TYPE_ID.integer]: 32,
  [TYPE_ID.usmallint]: 32,
  [TYPE_ID.bigint]: 64,
  [TYPE_ID.uinteger]: 64,
  [TYPE_ID.hugeint]: 64,
};

/** The details of those types that have some. */
interface TypeDetails {
  readonly typeId: number;
  readonly width: number;
  readonly scale: number;
  readonly valueType: DuckDBType;
  readonly keyType: DuckDBType;
  readonly entryNames: readonly string[];
  readonly entryTypes: readonly DuckDBType[];
}

/** The members of DuckDB's value classes; each timestamp counts in its own unit. */
interface ValueMembers extends Readonly<Record<'micros' | 'seconds' | 'millis' | 'nanos' | 'value', bigint>> {
  readonly days: number;
  readonly bytes: Uint8Array;
  readonly items: Values;
}

/** The column of a DuckDB type; a type that Spark does not have becomes text. */
export function arrowColumn(arrow: typeof arrowModule, type: DuckDBType | undefined): ArrowColumn {
  // Arrow declares the buffers of each of its types separately; this function knows which belong to which.
  const makeData = arrow.makeData as unknown as (buffers: object) => Data;
  const column = (columnType: DataType, buffers: (values: Values) => object): ArrowColumn => ({
    type: columnType,
    toData: (values) => makeData({ type: columnType, length: values.length, ...validity(values), ...buffers(values) }),
  });
  /** Reads the values; `empty` stands for null. */
  const each = <T>(values: Values, empty: T, read: (value: ValueMembers) => T): T[] =>
    values.map((value) => (value === null ? empty : read(value as unknown as ValueMembers)));
  const decimal = (precision: number, scale: number, unscaled: (values: Values) => bigint[]): ArrowColumn =>
    column(new arrow.Decimal(scale, precision, 128), (values) => ({ data: halves(unscaled(values)) }));
  const timestamp = (zone: 'UTC' | null, toMicros: (value: ValueMembers) => bigint): ArrowColumn =>
    column(new arrow.TimestampMicrosecond(zone), (values) => ({
      data: BigInt64Array.from(each(values, 0n, toMicros)),
    }));

  const details = type as unknown as TypeDetails;
  const bits = INTEGER_BITS[details.typeId];
  switch (bits) {
    case 8:
      return column(new arrow.Int8(), (values) => ({ data: Int8Array.from(numbers(values)) }));
    case 16:
      return column(new arrow.Int16(), (values) => ({ data: Int16Array.from(numbers(values)) }));
    case 32:
      return column(new arrow.Int32(), (values) => ({ data: Int32Array.from(numbers(values)) }));
    case 64:
      return column(new arrow.Int64(), (values) => ({ data: BigInt64Array.from(values, toLong) }));
  }
  switch (details.typeId) {
    case TYPE_ID.null: {
      const nothing = new arrow.Null();
      return { type: nothing, toData: ({ length }) => makeData({ type: nothing, length }) };
    }
    case TYPE_ID.boolean:
      return column(new arrow.Bool(), (values) => ({ data: bitmap(values, (value) => value === true) }));
    case TYPE_ID.float:
      return column(new arrow.Float32(), (values) => ({ data: Float32Array.from(numbers(values)) }));
    case TYPE_ID.double:
      return column(new arrow.Float64(), (values) => ({ data: Float64Array.from(numbers(values)) }));
    case TYPE_ID.ubigint:
      return decimal(20, 0, (values) => values.map((value) => (value ?? 0n) as bigint));
    case TYPE_ID.decimal:
      return decimal(details.width, details.scale, (values) => each(values, 0n, ({ value }) => value));
    case TYPE_ID.blob:
      return column(new arrow.Binary(), (values) => bytesOf(each(values, EMPTY, ({ bytes }) => bytes)));
    case TYPE_ID.date:
      return column(new arrow.DateDay(), (values) => ({ data: Int32Array.from(each(values, 0, ({ days }) => days)) }));
    case TYPE_ID.timestamp:
      return timestamp(null, ({ micros }) => micros);
    case TYPE_ID.timestampZoned:
      return timestamp('UTC', ({ micros }) => micros);
    case TYPE_ID.timestampSeconds:
      return timestamp(null, ({ seconds }) => seconds * 1_000_000n);
    case TYPE_ID.timestampMillis:
      return timestamp(null, ({ millis }) => millis * 1000n);
    case TYPE_ID.timestampNanos:
      return timestamp(null, ({ nanos }) => nanos / 1000n);
    case TYPE_ID.list:
    case TYPE_ID.array: {
      const item = arrowColumn(arrow, details.valueType);
      return column(new arrow.List(new arrow.Field('element', item.type, true)), (values) => {
        const lists = each<Values>(values, [], ({ items }) => items);
        return { valueOffsets: offsets(lists), child: item.toData(lists.flat()) };
      });
    }
    case TYPE_ID.struct: {
      const members = details.entryNames.map((name, at) => ({ name, ...arrowColumn(arrow, details.entryTypes[at]) }));
      const fields = members.map((member) => new arrow.Field(member.name, member.type, true));
      return column(new arrow.Struct(fields), (values) => {
        const entries = values as readonly ({ readonly entries: Readonly<Record<string, DuckDBValue>> } | null)[];
        const valuesOf = (name: string): Values => entries.map((value) => value?.entries[name] ?? null);
        return { children: members.map(({ name, toData }) => toData(valuesOf(name))) };
      });
    }
    case TYPE_ID.map: {
      const key = arrowColumn(arrow, details.keyType);
      const item = arrowColumn(arrow, details.valueType);
      const entry = new arrow.Struct<{ key: DataType; value: DataType }>([
        new arrow.Field('key', key.type, false),
        new arrow.Field('value', item.type, true),
      ]);
      return column(new arrow.Map_(new arrow.Field('entries', entry, false)), (values) => {
        const maps = (values as readonly ({ readonly entries: readonly DuckDBMapEntry[] } | null)[]).map(
          (value) => value?.entries ?? [],
        );
        const entries = maps.flat();
        const children = [
          key.toData(entries.map(({ key: one }) => one)),
          item.toData(entries.map(({ value }) => value)),
        ];
        const child = makeData({ type: entry, length: entries.length, children });
        return { valueOffsets: offsets(maps), child };
      });
    }
    default:
      return column(new arrow.Utf8(), (values) =>
        bytesOf(values.map((value) => Buffer.from(value === null ? '' : String(value)))),
      );
  }
}

const EMPTY = new Uint8Array();

function numbers(values: Values): number[] {
  return values.map((value) => Number(value ?? 0));
}

function toLong(value: DuckDBValue): bigint {
  const whole = BigInt((value ?? 0) as bigint | number);
  if (BigInt.asIntN(64, whole) === whole) return whole;
  throw RpcStatus.ofSpark('ARITHMETIC_OVERFLOW', 'long overflow', { sqlState: '22003' });
}

function validity(values: Values): { nullCount: number; nullBitmap?: Uint8Array } {
  const nullCount = values.filter((value) => value === null).length;
  return nullCount === 0 ? { nullCount } : { nullCount, nullBitmap: bitmap(values, (value) => value !== null) };
}

function bitmap(values: Values, isSet: (value: DuckDBValue) => boolean): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(values.length / 8));
  for (const [at, value] of values.entries()) {
    if (isSet(value)) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (1 << (at & 7));
  }
  return bytes;
}

/** The halves of 128-bit numbers. */
function halves(unscaled: readonly bigint[]): Uint32Array {
  const parts = new BigInt64Array(unscaled.length * 2);
  for (const [at, value] of unscaled.entries()) {
    parts[2 * at] = BigInt.asIntN(64, value);
    parts[2 * at + 1] = BigInt.asIntN(64, value >> 64n);
  }
  return new Uint32Array(parts.buffer);
}

function bytesOf(values: readonly Uint8Array[]): { valueOffsets: Int32Array; data: Uint8Array } {
  return { valueOffsets: offsets(values), data: Buffer.concat(values) };
}

function offsets(values: readonly { readonly length: number }[]): Int32Array {
  const found = new Int32Array(values.length + 1);
  for (const [at, { length }] of values.entries()) found[at + 1] = (found[at] ?? 0) + length;
  return found;
}
