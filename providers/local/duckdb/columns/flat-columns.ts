import type { ColumnType, FixedWidthValues } from '../../../../src/contract/column-batch.ts';
import { setBit } from './bit-runs.ts';
import { type ColumnLayout, layoutOf, VECTOR_SIZE } from './column-builder.ts';
import { GrowableBytes } from './growable-bytes.ts';
import type { WidthChange } from './width-change.ts';

/** A column that has only nulls. */
export const nullLayout: ColumnLayout = {
  type: { kind: 'null' },
  build: () => {
    let length = 0;
    return {
      append: (_source, ranges) => {
        for (const { count } of ranges) length += count;
      },
      finish: () => ({ type: nullLayout.type, length }),
    };
  },
};

/** Booleans: a byte each in DuckDB, a bit each in the column. */
export const booleanLayout: ColumnLayout = layoutOf({ kind: 'boolean' }, () => {
  const bits = new GrowableBytes();
  let length = 0;
  return {
    append: ({ binding, vector, size }, ranges) => {
      const flags = binding.vector_get_data(vector, size);
      for (const { start, count } of ranges) {
        bits.extend(Math.ceil((length + count) / 8) - bits.length);
        for (let index = start; index < start + count; index += 1, length += 1) {
          if (flags[index] === 1) setBit(bits.bytes, length);
        }
      }
    },
    finish: () => ({ values: bits.written() }),
  };
});

/** A column of fixed-width values. */
export interface FixedWidth {
  readonly type: ColumnType;
  /** Bytes per value in the column. */
  readonly width: number;
  readonly View: {
    readonly BYTES_PER_ELEMENT: number;
    new (buffer: ArrayBuffer, byteOffset: number, length: number): FixedWidthValues;
  };
  /** How DuckDB's values become the column's; absent when they are the same bytes. */
  readonly change?: WidthChange | undefined;
}

/** Values of a fixed width, copied or converted. */
export function fixedWidthLayout({ type, width, View, change }: FixedWidth): ColumnLayout {
  const sourceWidth = change?.sourceWidth ?? width;
  return layoutOf(type, () => {
    const values = new GrowableBytes(VECTOR_SIZE * width);
    return {
      append: ({ binding, vector, size }, ranges) => {
        const bytes = binding.vector_get_data(vector, size * sourceWidth);
        for (const { start, count } of ranges) {
          const at = values.extend(count * width);
          const from = bytes.subarray(start * sourceWidth, (start + count) * sourceWidth);
          if (change === undefined) values.bytes.set(from, at);
          else change.transfer(from, values.bytes.subarray(at, at + count * width));
        }
      },
      finish: (length) => ({ values: new View(values.bytes.buffer, 0, (length * width) / View.BYTES_PER_ELEMENT) }),
    };
  });
}
