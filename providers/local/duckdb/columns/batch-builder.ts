import type { ColumnBatch } from '../../../../src/contract/column-batch.ts';
import type { DataChunk, DuckDbBinding } from '../binding.ts';
import type { ColumnBuilder, ColumnLayout } from './column-builder.ts';

/** Makes one batch out of chunks. */
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
    // Asked only now: until its last use the chunk is held, and with it the strings that its vectors point to.
    this.#rowCount += binding.data_chunk_get_size(chunk);
  }

  /** The batch; nothing may be appended afterwards. */
  finish(): ColumnBatch {
    return { rowCount: this.#rowCount, columns: this.#columns.map((column) => column.finish()) };
  }
}
