import type { ColumnBatch, ColumnData } from '../../../src/contract/column-batch.ts';
import type { DataChunk, DuckDbBinding } from './binding.ts';
import type { ColumnBuilder, ColumnLayout } from './columns/column-builder.ts';

/** Builds one batch from chunks. */
export class BatchBuilder {
  readonly #binding: DuckDbBinding;
  readonly #columns: readonly ColumnBuilder[];
  #rowCount = 0;

  constructor(binding: DuckDbBinding, layouts: readonly ColumnLayout[]) {
    this.#binding = binding;
    this.#columns = layouts.map((layout) => layout.build());
  }

  /** How many rows were appended. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** Appends all rows of a chunk. */
  append(chunk: DataChunk): void {
    const binding = this.#binding;
    const size = binding.data_chunk_get_size(chunk);
    const ranges = [{ start: 0, count: size }];
    this.#columns.forEach((column, index) => {
      column.append({ binding, vector: binding.data_chunk_get_vector(chunk, index), size }, ranges);
    });
    // Read only now: this keeps the chunk, and the strings that its vectors point to, alive until here.
    this.#rowCount += binding.data_chunk_get_size(chunk);
  }

  /** The batch; nothing may be appended afterwards. */
  finish(): ColumnBatch {
    return { rowCount: this.#rowCount, columns: this.#columns.map((column) => column.finish()) };
  }
}

/** The limit of rows in a batch: 32 chunks. */
const MAX_ROWS = 65_536;
/** The limit of bytes in a batch of wide rows. */
const MAX_BYTES = 16 * 2 ** 20;

/**
 * How many rows the batch after this one should have. Batches double: the first rows arrive at once, large results
 * have few batches, and no batch takes longer than all before it together.
 */
export function nextBatchRows({ rowCount, columns }: ColumnBatch): number {
  const bytes = columns.reduce((sum, column) => sum + byteLength(column), 1);
  return Math.ceil(Math.min(rowCount * 2, MAX_ROWS, (rowCount * MAX_BYTES) / bytes));
}

function byteLength({ values, offsets, children = [] }: ColumnData): number {
  const own = (values?.byteLength ?? 0) + (offsets?.byteLength ?? 0);
  return children.reduce((sum, child) => sum + byteLength(child), own);
}
