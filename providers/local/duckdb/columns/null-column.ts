import type { ColumnData } from '../../../../src/contract/column-batch.ts';
import type { ColumnBuilder, ColumnLayout, Range, VectorSource } from './column-builder.ts';

/** A column of nothing but nulls. */
export const nullLayout: ColumnLayout = { type: { kind: 'null' }, build: () => new NullColumn() };

class NullColumn implements ColumnBuilder {
  #length = 0;

  append(_source: VectorSource, ranges: readonly Range[]): void {
    for (const { count } of ranges) this.#length += count;
  }

  finish(): ColumnData {
    return { type: nullLayout.type, length: this.#length };
  }
}
