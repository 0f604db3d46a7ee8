import type { ColumnData, ColumnType } from '../../../../src/contract/column-batch.ts';
import type { DuckDbBinding, Vector } from '../binding.ts';

/** A part of a vector: `count` values from `start` on. */
export interface Range {
  readonly start: number;
  readonly count: number;
}

/** A DuckDB vector as a builder reads it. */
export interface VectorSource {
  readonly binding: DuckDbBinding;
  readonly vector: Vector;
  /** How many values the vector holds. */
  readonly size: number;
  /**
   * One bit a value, 0 where a struct around it is null; absent where none is.
   * What lies in such a place is nobody's value and may be an invalid pointer.
   */
  readonly enclosing?: Uint8Array;
}

/** Gathers the values of one column, from chunk after chunk. */
export interface ColumnBuilder {
  /** Takes over the values of the ranges, in their order. */
  append(source: VectorSource, ranges: readonly Range[]): void;
  /** What was gathered; nothing may be appended afterwards. */
  finish(): ColumnData;
}

/** How a column of some DuckDB type becomes one of ours. */
export interface ColumnLayout {
  readonly type: ColumnType;
  /** A builder for one batch. */
  build(): ColumnBuilder;
}
