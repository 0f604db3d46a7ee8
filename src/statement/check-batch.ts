import type { ColumnBatch, ColumnData, ColumnField, ColumnType } from '../contract/column-batch.ts';
import { SessionError } from '../contract/session-error.ts';
import { assertEnough, assertOffsets, fixedByteLength } from '../provider-kit/column-checks.ts';
import { formatColumnType } from './result-schema.ts';

/**
 * Checks every buffer of a batch against the number of rows, once, so that no reader runs over an end.
 * @throws SessionError `unexpected` that names the column and what is wrong with it.
 */
export function checkBatch({ rowCount, columns }: ColumnBatch, fields: readonly ColumnField[]): void {
  if (columns.length !== fields.length) throw damaged(`it has ${columns.length} columns, the result ${fields.length}`);
  for (const [at, { name, type }] of fields.entries()) {
    try {
      checkColumn(columns[at], type, rowCount);
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw damaged(`column '${name}' (${formatColumnType(type)}) has ${cause.message}`, cause);
    }
  }
}

function damaged(what: string, cause?: unknown): SessionError {
  const message = `The engine sent a damaged batch: ${what}. Run the statement again; if this repeats, report it with the statement.`;
  return new SessionError('unexpected', message, { operation: 'execute', cause });
}

function checkColumn(column: ColumnData | undefined, type: ColumnType, length: number): void {
  if (column === undefined) throw new RangeError('a child missing');
  if (!isSameKind(column.type, type)) throw new RangeError(`the type ${formatColumnType(column.type)} in this batch`);
  if (column.length !== length) throw new RangeError(`${column.length} values for ${length} rows`);
  if (length === 0) return;
  const { validity, values, offsets = new Int32Array(), children = [] } = column;
  if (validity !== undefined) assertEnough('bytes of validity', validity.byteLength, Math.ceil(length / 8));
  switch (type.kind) {
    case 'null':
      return;
    case 'text':
    case 'binary':
      assertOffsets(offsets, length, values?.byteLength ?? 0);
      return;
    case 'list':
      checkColumn(children[0], type.item.type, children[0]?.length ?? 0);
      assertOffsets(offsets, length, children[0]?.length ?? 0);
      return;
    case 'map':
      checkColumn(children[0], type.key.type, children[0]?.length ?? 0);
      checkColumn(children[1], type.value.type, children[0]?.length ?? 0);
      assertOffsets(offsets, length, children[0]?.length ?? 0);
      return;
    case 'struct':
      for (const [at, field] of type.fields.entries()) checkColumn(children[at], field.type, length);
      return;
    default:
      assertWidth(type, values?.BYTES_PER_ELEMENT);
      assertEnough('bytes of values', values?.byteLength ?? 0, fixedByteLength(type, length));
  }
}

/** Numbers are read as elements of their array, all others as bytes. */
function assertWidth(type: ColumnType, bytes: number | undefined): void {
  const isNumber = (type.kind === 'integer' || type.kind === 'float') && type.bits !== 128;
  if (isNumber && bytes !== undefined && bytes * 8 !== type.bits) throw new RangeError(`values of ${bytes} bytes each`);
}

/** Whether two types are read in the same way; the children of nested types are compared when they are checked. */
function isSameKind(one: ColumnType, other: ColumnType): boolean {
  if (one === other) return true;
  const isNested = one.kind === 'list' || one.kind === 'struct' || one.kind === 'map';
  return one.kind === other.kind && (isNested || formatColumnType(one) === formatColumnType(other));
}
