import type { ColumnData, ColumnType, FixedWidthValues } from '../../../../src/contract/column-batch.ts';
import type { ColumnBuilder, ColumnLayout, Range, VectorSource } from './column-builder.ts';
import { GrowableBytes } from './growable-bytes.ts';
import { Presence, readPresence } from './presence.ts';
import type { WidthChange } from './width-change.ts';

/** Makes a typed array over `length` values at the beginning of a buffer. */
export type ValuesView = (buffer: ArrayBuffer, length: number) => FixedWidthValues;

/** What a fixed-width column is made of. */
export interface FixedWidth {
  readonly type: ColumnType;
  /** Bytes a value, in the column. */
  readonly width: number;
  readonly view: ValuesView;
  /** How DuckDB's values become the column's; absent where they are the same bytes. */
  readonly change?: WidthChange;
}

/** Values of a fixed width: copied as they lie, or changed on the way. */
export function fixedWidthLayout(fixed: FixedWidth): ColumnLayout {
  return { type: fixed.type, build: () => new FixedWidthColumn(fixed) };
}

/** How many values a column has room for at first: one chunk. */
const FIRST_ROOM = 2048;

class FixedWidthColumn implements ColumnBuilder {
  readonly #fixed: FixedWidth;
  readonly #presence = new Presence();
  readonly #values: GrowableBytes;

  constructor(fixed: FixedWidth) {
    this.#fixed = fixed;
    this.#values = new GrowableBytes(FIRST_ROOM * fixed.width);
  }

  append(source: VectorSource, ranges: readonly Range[]): void {
    const { width, change } = this.#fixed;
    const sourceWidth = change?.sourceWidth ?? width;
    const bytes = source.binding.vector_get_data(source.vector, source.size * sourceWidth);
    this.#presence.append(readPresence(source), ranges);
    for (const { start, count } of ranges) {
      const at = this.#values.extend(count * width);
      const from = bytes.subarray(start * sourceWidth, (start + count) * sourceWidth);
      if (change === undefined) this.#values.bytes.set(from, at);
      else change.transfer(from, this.#values.bytes.subarray(at, at + count * width));
    }
  }

  finish(): ColumnData {
    const { type, view } = this.#fixed;
    const { length } = this.#presence;
    const validity = this.#presence.finish();
    return { type, length, values: view(this.#values.bytes.buffer, length), ...(validity && { validity }) };
  }
}
