import type {
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBMapEntry,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBType,
  DuckDBValue,
} from '@duckdb/node-api';

/** What a column of DuckDB is in Spark, and how its values are read. */
export type ColumnKind =
  | { readonly kind: 'null' | 'boolean' | 'text' }
  | { readonly kind: 'integer'; readonly bits: 8 | 16 | 32 | 64 }
  | { readonly kind: 'float'; readonly bits: 32 | 64 }
  | {
      readonly kind: 'decimal';
      readonly precision: number;
      readonly scale: number;
      readonly unscaled: (value: DuckDBValue) => bigint;
    }
  | { readonly kind: 'binary'; readonly bytes: (value: DuckDBValue) => Uint8Array }
  | { readonly kind: 'date'; readonly days: (value: DuckDBValue) => number }
  | { readonly kind: 'timestamp'; readonly zone: 'UTC' | null; readonly micros: (value: DuckDBValue) => bigint }
  | {
      readonly kind: 'list';
      readonly item: DuckDBType;
      readonly items: (value: DuckDBValue) => readonly DuckDBValue[];
    }
  | {
      readonly kind: 'struct';
      readonly fields: readonly (readonly [name: string, type: DuckDBType])[];
      readonly entry: (value: DuckDBValue, name: string) => DuckDBValue;
    }
  | {
      readonly kind: 'map';
      readonly key: DuckDBType;
      readonly value: DuckDBType;
      readonly entries: (value: DuckDBValue) => readonly DuckDBMapEntry[];
    };

/** The numbers of DuckDB's types; its module is loaded late. @see https://duckdb.org/docs/stable/clients/c/types (read 2026-11-21) */
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

/** Spark has no unsigned numbers: they take the next type that holds them; a sum, a HUGEINT in DuckDB, is a BIGINT. */
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

/** What the types with details tell. */
interface TypeDetails {
  readonly typeId: number;
  readonly width: number;
  readonly scale: number;
  readonly valueType: DuckDBType;
  readonly keyType: DuckDBType;
  readonly entryNames: readonly string[];
  readonly entryTypes: readonly DuckDBType[];
}

/** What a column is; every type that Spark does not have is text. */
export function columnKind(type: DuckDBType | undefined): ColumnKind {
  const details = type as unknown as TypeDetails;
  const bits = INTEGER_BITS[details.typeId];
  if (bits !== undefined) return { kind: 'integer', bits };
  switch (details.typeId) {
    case TYPE_ID.null:
      return { kind: 'null' };
    case TYPE_ID.boolean:
      return { kind: 'boolean' };
    case TYPE_ID.float:
      return { kind: 'float', bits: 32 };
    case TYPE_ID.double:
      return { kind: 'float', bits: 64 };
    case TYPE_ID.ubigint:
      return { kind: 'decimal', precision: 20, scale: 0, unscaled: (value) => value as bigint };
    case TYPE_ID.decimal: {
      const unscaled = (value: DuckDBValue): bigint => (value as DuckDBDecimalValue).value;
      return { kind: 'decimal', precision: details.width, scale: details.scale, unscaled };
    }
    case TYPE_ID.blob:
      return { kind: 'binary', bytes: (value) => (value as unknown as { bytes: Uint8Array }).bytes };
    case TYPE_ID.date:
      return { kind: 'date', days: (value) => (value as DuckDBDateValue).days };
    case TYPE_ID.timestamp:
      return timestamps(null, ({ micros }) => micros);
    case TYPE_ID.timestampZoned:
      return timestamps('UTC', ({ micros }) => micros);
    case TYPE_ID.timestampSeconds:
      return timestamps(null, ({ seconds }) => seconds * 1_000_000n);
    case TYPE_ID.timestampMillis:
      return timestamps(null, ({ millis }) => millis * 1000n);
    case TYPE_ID.timestampNanos:
      return timestamps(null, ({ nanos }) => nanos / 1000n);
    case TYPE_ID.list:
    case TYPE_ID.array:
      return {
        kind: 'list',
        item: details.valueType,
        items: (value) => (value as unknown as { items: readonly DuckDBValue[] }).items,
      };
    case TYPE_ID.struct: {
      const fields = details.entryNames.map((name, at) => [name, details.entryTypes[at] as DuckDBType] as const);
      const entry = (value: DuckDBValue, name: string): DuckDBValue =>
        (value as DuckDBStructValue).entries[name] ?? null;
      return { kind: 'struct', fields, entry };
    }
    case TYPE_ID.map: {
      const { keyType: key, valueType: value } = details;
      return { kind: 'map', key, value, entries: (entry) => (entry as DuckDBMapValue).entries };
    }
    default:
      return { kind: 'text' };
  }
}

/** The values of DuckDB's timestamps, each of which counts in its own unit. */
type TimestampUnits = Readonly<Record<'micros' | 'seconds' | 'millis' | 'nanos', bigint>>;

function timestamps(zone: 'UTC' | null, toMicros: (value: TimestampUnits) => bigint): ColumnKind {
  return { kind: 'timestamp', zone, micros: (value) => toMicros(value as unknown as TimestampUnits) };
}
