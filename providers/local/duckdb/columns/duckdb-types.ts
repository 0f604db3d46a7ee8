/**
 * DuckDB's types, by name.
 * @see https://duckdb.org/docs/stable/clients/c/types.html (read 2026-11-20)
 */
export const DUCKDB_TYPES = Object.freeze({
  INVALID: 0,
  BOOLEAN: 1,
  TINYINT: 2,
  SMALLINT: 3,
  INTEGER: 4,
  BIGINT: 5,
  UTINYINT: 6,
  USMALLINT: 7,
  UINTEGER: 8,
  UBIGINT: 9,
  FLOAT: 10,
  DOUBLE: 11,
  TIMESTAMP: 12,
  DATE: 13,
  TIME: 14,
  INTERVAL: 15,
  HUGEINT: 16,
  VARCHAR: 17,
  BLOB: 18,
  DECIMAL: 19,
  TIMESTAMP_S: 20,
  TIMESTAMP_MS: 21,
  TIMESTAMP_NS: 22,
  ENUM: 23,
  LIST: 24,
  STRUCT: 25,
  MAP: 26,
  UUID: 27,
  UNION: 28,
  BIT: 29,
  TIME_TZ: 30,
  TIMESTAMP_TZ: 31,
  UHUGEINT: 32,
  ARRAY: 33,
  ANY: 34,
  BIGNUM: 35,
  SQLNULL: 36,
  STRING_LITERAL: 37,
  INTEGER_LITERAL: 38,
  TIME_NS: 39,
  GEOMETRY: 40,
  VARIANT: 41,
} as const);

/** The name of one of DuckDB's types. */
export type DuckDbTypeName = keyof typeof DUCKDB_TYPES;

const NAMES = new Map(Object.entries(DUCKDB_TYPES).map(([name, id]) => [id as number, name as DuckDbTypeName]));

/** The name of a type; one that this release of DuckDB does not have is `INVALID`. */
export function typeName(id: number): DuckDbTypeName {
  return NAMES.get(id) ?? 'INVALID';
}
