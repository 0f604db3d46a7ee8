import type { ColumnBatch, ColumnData } from '../../../src/contract/column-batch.ts';

/** No batch has many more rows than these: 32 chunks. */
const MOST_ROWS = 65_536;
/** Nor is one much larger than this, where rows are wide; bytes. */
const MOST_BYTES = 16 * 2 ** 20;

/**
 * How many rows the batch after this one should have. Batches double, so that the first rows come at once, large results
 * come in few pieces, and nobody waits longer for a batch than for all before it together.
 */
export function nextBatchRows({ rowCount, columns }: ColumnBatch): number {
  const bytes = columns.reduce((sum, column) => sum + byteLength(column), 1);
  return Math.ceil(Math.min(rowCount * 2, MOST_ROWS, (rowCount * MOST_BYTES) / bytes));
}

function byteLength({ values, offsets, children = [] }: ColumnData): number {
  const own = (values?.byteLength ?? 0) + (offsets?.byteLength ?? 0);
  return children.reduce((sum, child) => sum + byteLength(child), own);
}
