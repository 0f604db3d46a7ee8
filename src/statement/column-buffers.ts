import type { ColumnBatch, ColumnData, ColumnType, FixedWidthValues } from '../contract/column-batch.ts';
import { SessionError } from '../contract/session-error.ts';

/** A column's values. A column without rows may have no buffers. */
export function valuesOf(column: ColumnData): FixedWidthValues {
  return column.values ?? absent(column, 'values', new Uint8Array());
}

/** A column's values as bytes, whatever kind of array the engine uses. */
export function bytesOf(column: ColumnData): Uint8Array {
  const { buffer, byteOffset, byteLength } = valuesOf(column);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** A column's values, readable at any alignment. */
export function viewOf(column: ColumnData): DataView {
  const { buffer, byteOffset, byteLength } = valuesOf(column);
  return new DataView(buffer, byteOffset, byteLength);
}

/** One bit of a validity mask or of booleans. */
export function isBitSet(bits: Uint8Array, at: number): boolean {
  return (((bits[at >> 3] ?? 0) >> (at & 7)) & 1) === 1;
}

/** `length + 1` positions. The first one may be greater than 0. */
export function offsetsOf(column: ColumnData): Int32Array {
  if (column.length === 0) return Int32Array.of(0);
  return (column.offsets ?? absent(column, 'offsets', new Int32Array())).subarray(0, column.length + 1);
}

/** The items of a list, a member of a struct, the keys or the values of a map. */
export function childOf(column: ColumnData, at: number): ColumnData {
  return (
    column.children?.[at] ??
    absent(column, `child ${at}`, { type: childTypes(column.type)[at] ?? column.type, length: 0 })
  );
}

function childTypes(type: ColumnType): readonly ColumnType[] {
  switch (type.kind) {
    case 'list':
      return [type.item.type];
    case 'struct':
      return type.fields.map((field) => field.type);
    case 'map':
      return [type.key.type, type.value.type];
    default:
      return [];
  }
}

function absent<T>(column: ColumnData, part: string, empty: T): T {
  if (column.length === 0) return empty;
  const message = `A ${column.type.kind} column arrived without its ${part}. Report this together with the statement.`;
  throw new SessionError('internal', message, { operation: 'read' });
}

/** The size of a batch's buffers. */
export function byteLengthOf({ columns }: ColumnBatch): number {
  return columns.reduce((sum, column) => sum + columnByteLength(column), 0);
}

function columnByteLength({ validity, values, offsets, children = [] }: ColumnData): number {
  const own = (validity?.byteLength ?? 0) + (values?.byteLength ?? 0) + (offsets?.byteLength ?? 0);
  return children.reduce((sum, child) => sum + columnByteLength(child), own);
}
