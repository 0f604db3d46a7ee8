import type { Data, DataType, Field } from 'apache-arrow';
import type { ColumnData } from '../../contract/column-batch.ts';
import { SessionError } from '../../contract/session-error.ts';
import { bytesOf, childOf, isBitSet, offsetsOf, valuesOf } from '../column-buffers.ts';
import type { Arrow } from './load-arrow.ts';

/** Tells Arrow to count the nulls itself when somebody asks. */
const UNKNOWN_NULL_COUNT = -1;

/** The buffers of one column, as Arrow has them. */
interface ArrowBuffers {
  readonly offsets?: Int32Array;
  readonly values?: ArrayBufferView;
  readonly children?: Data[];
}

/**
 * Wraps a column's buffers as Arrow data of the type made for it, without copying them.
 * @throws SessionError `invalid-request` for an unsigned integer of 128 bits that a signed decimal cannot hold.
 */
export function toArrowData(arrow: Arrow, type: DataType, column: ColumnData): Data {
  const { length, validity } = column;
  if (column.type.kind === 'null') return new arrow.Data(type, 0, length, length);
  const { offsets, values, children } = toBuffers(arrow, type, column);
  const nullCount = validity === undefined ? 0 : UNKNOWN_NULL_COUNT;
  // Arrow's own order of buffers; absent ones are `undefined`, which its declared type forgets.
  const buffers = [offsets, values, validity] as ConstructorParameters<typeof Data>[4];
  return new arrow.Data(type, 0, length, nullCount, buffers, children);
}

function toBuffers(arrow: Arrow, type: DataType, column: ColumnData): ArrowBuffers {
  const child = (at: number): Data => toArrowData(arrow, fieldType(type, at), childOf(column, at));
  switch (column.type.kind) {
    case 'text':
    case 'binary':
      return { offsets: offsetsOf(column), values: bytesOf(column) };
    case 'list':
      return { offsets: offsetsOf(column), children: [child(0)] };
    case 'struct':
      return { children: column.type.fields.map((_, at) => child(at)) };
    case 'map':
      return { offsets: offsetsOf(column), children: [toEntries(arrow, fieldType(type, 0), column)] };
    case 'integer':
      if (column.type.bits === 128 && !column.type.signed) assertSignFree(column);
      return { values: valuesAs(type, column) };
    default:
      return { values: valuesAs(type, column) };
  }
}

/** Arrow's map is a list of structs, and that struct is no column of ours. */
function toEntries(arrow: Arrow, type: DataType, column: ColumnData): Data {
  const children = [0, 1].map((at) => toArrowData(arrow, fieldType(type, at), childOf(column, at)));
  return new arrow.Data(type, 0, children[0]?.length ?? 0, 0, {}, children);
}

/** What an Arrow type says of the array that holds its values. */
interface ArrayConstructor {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): ArrayBufferView;
}

/** The values in the kind of array that Arrow's type asks for: the same memory, unless it is not aligned for it. */
function valuesAs(type: DataType, column: ColumnData): ArrayBufferView {
  const ArrayType = type.ArrayType as ArrayConstructor;
  const { BYTES_PER_ELEMENT } = ArrayType;
  const values = valuesOf(column);
  const { buffer, byteOffset, byteLength } = values.byteOffset % BYTES_PER_ELEMENT === 0 ? values : values.slice();
  return new ArrayType(buffer, byteOffset, byteLength / BYTES_PER_ELEMENT);
}

/** The upper half of the unsigned integers would read as negative decimals. */
function assertSignFree(column: ColumnData): void {
  const bytes = bytesOf(column);
  for (let at = 0; at < column.length; at += 1) {
    const isNull = column.validity !== undefined && !isBitSet(column.validity, at);
    if (isNull || (bytes[at * 16 + 15] ?? 0) < 0x80) continue;
    const message =
      'an Arrow decimal cannot hold the unsigned integer of 128 bits in row ' +
      `${at + 1} of a batch, which is above 2^127 - 1; cast the column to text, or read rows()`;
    throw new SessionError('invalid-request', message, { operation: 'read' });
  }
}

function fieldType(type: DataType, at: number): DataType {
  const field = type.children[at] as Field;
  return field.type as DataType;
}
