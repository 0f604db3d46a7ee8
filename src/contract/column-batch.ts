/**
 * Result data as plain columns in the Arrow columnar layout, so that an engine's buffers pass through unchanged
 * and nothing here needs an Arrow library.
 * Decision 4: docs/decisions/0004-results-use-the-arrow-layout.md
 * @see https://arrow.apache.org/docs/format/Columnar.html (read 2026-11-20)
 */

/** The logical type of a column. */
export type ColumnType =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean' }
  /** 128 bits: HUGEINT, stored as sixteen little-endian bytes a value. */
  | { readonly kind: 'integer'; readonly bits: 8 | 16 | 32 | 64 | 128; readonly signed: boolean }
  | { readonly kind: 'float'; readonly bits: 32 | 64 }
  /** Stored as sixteen little-endian bytes of the unscaled value. */
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'text' }
  | { readonly kind: 'binary' }
  /** Int32 days since 1970-01-01. */
  | { readonly kind: 'date' }
  /** Int64 microseconds since midnight. */
  | { readonly kind: 'time' }
  /** Int64 microseconds since 1970-01-01; with a `timezone` it is an instant, without one a local date and time. */
  | { readonly kind: 'timestamp'; readonly timezone?: string }
  /** Int64 microseconds. */
  | { readonly kind: 'duration' }
  /** Int32 months. */
  | { readonly kind: 'months' }
  /** Int32 months, Int32 days, Int64 nanoseconds: sixteen bytes a value. */
  | { readonly kind: 'interval' }
  | { readonly kind: 'list'; readonly item: ColumnField }
  | { readonly kind: 'struct'; readonly fields: readonly ColumnField[] }
  | { readonly kind: 'map'; readonly key: ColumnField; readonly value: ColumnField };

/** A column's name, type and whether it may hold nulls. Names may repeat within one result. */
export interface ColumnField {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
}

/** The buffers of fixed-width values: one element a value, or sixteen bytes a value for the 128-bit kinds. */
export type FixedWidthValues =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** One column of one batch. */
export interface ColumnData {
  readonly type: ColumnType;
  /** How many values. */
  readonly length: number;
  /** One bit a value, least significant first, 1 = present; absent when no value is null. */
  readonly validity?: Uint8Array;
  /** Fixed-width values; bits for booleans; the bytes of all values for text and binary. */
  readonly values?: FixedWidthValues;
  /** `length + 1` positions into `values` (text, binary) or into the child (list, map). */
  readonly offsets?: Int32Array;
  /** The item of a list, the members of a struct, key and value of a map. */
  readonly children?: readonly ColumnData[];
}

/** Some rows of a result, column by column. */
export interface ColumnBatch {
  readonly rowCount: number;
  readonly columns: readonly ColumnData[];
  /** The batch as an uncompressed Arrow IPC message, where the engine sent one; its types are those of the columns. */
  readonly ipcMessage?: Uint8Array | undefined;
}
