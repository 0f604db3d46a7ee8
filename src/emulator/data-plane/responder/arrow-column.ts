import type * as duckdbModule from '@duckdb/node-api';
import type { DuckDBMapEntry, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import type * as arrowModule from 'apache-arrow';
import type { Data, DataType } from 'apache-arrow';
import { RpcStatus } from '../../grpc-status.ts';

type Values = readonly DuckDBValue[];

/** The modules that a column needs; they load late. */
export interface ColumnModules {
  readonly arrow: typeof arrowModule;
  readonly duckdb: typeof duckdbModule;
}

/** A column in the Arrow type that Spark uses for it. */
export interface ArrowColumn {
  readonly type: DataType;
  /** The values in Arrow's buffers. @throws RpcStatus for a number that Spark's type cannot hold. */
  readonly toData: (values: Values) => Data;
}

/** The members of DuckDB's value classes; each timestamp counts in its own unit. */
interface ValueMembers extends Readonly<Record<'micros' | 'seconds' | 'millis' | 'nanos' | 'value', bigint>> {
  readonly days: number;
  readonly bytes: Uint8Array;
  readonly items: Values;
}

/**
 * The column of a DuckDB type. Spark has no unsigned numbers, so they use the next wider type; a HUGEINT, which is what DuckDB
 * makes of a sum, is a BIGINT; a type that Spark does not have becomes text.
 */
export function arrowColumn(modules: ColumnModules, type: DuckDBType): ArrowColumn {
  const { arrow, duckdb } = modules;
  const { DuckDBTypeId: Id } = duckdb;
  // Arrow declares the buffers of each of its types separately; this function knows which belong to which.
  const makeData = arrow.makeData as unknown as (buffers: object) => Data;
  const column = (columnType: DataType, buffers: (values: Values) => object): ArrowColumn => ({
    type: columnType,
    toData: (values) => makeData({ type: columnType, length: values.length, ...validity(values), ...buffers(values) }),
  });
  /** Reads the values; `empty` replaces null. */
  const each = <T>(values: Values, empty: T, read: (value: ValueMembers) => T): T[] =>
    values.map((value) => (value === null ? empty : read(value as unknown as ValueMembers)));
  const decimal = (precision: number, scale: number, unscaled: (values: Values) => bigint[]): ArrowColumn =>
    column(new arrow.Decimal(scale, precision, 128), (values) => ({ data: halves(unscaled(values)) }));
  const timestamp = (zone: 'UTC' | null, toMicros: (value: ValueMembers) => bigint): ArrowColumn =>
    column(new arrow.TimestampMicrosecond(zone), (values) => ({
      data: BigInt64Array.from(each(values, 0n, toMicros)),
    }));

  switch (type.typeId) {
    case Id.SQLNULL: {
      const nothing = new arrow.Null();
      return { type: nothing, toData: ({ length }) => makeData({ type: nothing, length }) };
    }
    case Id.BOOLEAN:
      return column(new arrow.Bool(), (values) => ({ data: bitmap(values, (value) => value === true) }));
    case Id.TINYINT:
      return column(new arrow.Int8(), (values) => ({ data: Int8Array.from(numbers(values)) }));
    case Id.SMALLINT:
    case Id.UTINYINT:
      return column(new arrow.Int16(), (values) => ({ data: Int16Array.from(numbers(values)) }));
    case Id.INTEGER:
    case Id.USMALLINT:
      return column(new arrow.Int32(), (values) => ({ data: Int32Array.from(numbers(values)) }));
    case Id.BIGINT:
    case Id.UINTEGER:
    case Id.HUGEINT:
      return column(new arrow.Int64(), (values) => ({ data: BigInt64Array.from(values, toLong) }));
    case Id.FLOAT:
      return column(new arrow.Float32(), (values) => ({ data: Float32Array.from(numbers(values)) }));
    case Id.DOUBLE:
      return column(new arrow.Float64(), (values) => ({ data: Float64Array.from(numbers(values)) }));
    case Id.UBIGINT:
      return decimal(20, 0, (values) => values.map((value) => (value ?? 0n) as bigint));
    case Id.DECIMAL:
      return decimal(type.width, type.scale, (values) => each(values, 0n, ({ value }) => value));
    case Id.BLOB:
      return column(new arrow.Binary(), (values) => bytesOf(each(values, EMPTY, ({ bytes }) => bytes)));
    case Id.DATE:
      return column(new arrow.DateDay(), (values) => ({ data: Int32Array.from(each(values, 0, ({ days }) => days)) }));
    case Id.TIMESTAMP:
      return timestamp(null, ({ micros }) => micros);
    case Id.TIMESTAMP_TZ:
      return timestamp('UTC', ({ micros }) => micros);
    case Id.TIMESTAMP_S:
      return timestamp(null, ({ seconds }) => seconds * 1_000_000n);
    case Id.TIMESTAMP_MS:
      return timestamp(null, ({ millis }) => millis * 1000n);
    case Id.TIMESTAMP_NS:
      return timestamp(null, ({ nanos }) => nanos / 1000n);
    case Id.LIST:
    case Id.ARRAY: {
      const item = arrowColumn(modules, type.valueType);
      return column(new arrow.List(new arrow.Field('element', item.type, true)), (values) => {
        const lists = each<Values>(values, [], ({ items }) => items);
        return { valueOffsets: offsets(lists), child: item.toData(lists.flat()) };
      });
    }
    case Id.STRUCT: {
      const columns = type.entryTypes.map((entryType) => arrowColumn(modules, entryType));
      const fields = columns.map((member, at) => new arrow.Field(type.entryNames[at] ?? '', member.type, true));
      return column(new arrow.Struct(fields), (values) => {
        const rows = values as readonly ({ readonly entries: Readonly<Record<string, DuckDBValue>> } | null)[];
        const valuesOf = (name: string): Values => rows.map((row) => row?.entries[name] ?? null);
        return { children: columns.map(({ toData }, at) => toData(valuesOf(fields[at]?.name ?? ''))) };
      });
    }
    case Id.MAP: {
      const [keys, items] = [arrowColumn(modules, type.keyType), arrowColumn(modules, type.valueType)];
      const entry = new arrow.Struct<{ key: DataType; value: DataType }>([
        new arrow.Field('key', keys.type, false),
        new arrow.Field('value', items.type, true),
      ]);
      return column(new arrow.Map_(new arrow.Field('entries', entry, false)), (values) => {
        const rows = values as readonly ({ readonly entries: readonly DuckDBMapEntry[] } | null)[];
        const maps = rows.map((row) => row?.entries ?? []);
        const entries = maps.flat();
        const children = [keys.toData(entries.map(({ key }) => key)), items.toData(entries.map(({ value }) => value))];
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
