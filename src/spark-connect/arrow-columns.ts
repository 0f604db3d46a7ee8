import type { ColumnData, ColumnType, FixedWidthValues } from '../contract/column-batch.ts';
import {
  assertEnough,
  assertLastOffset,
  assertOffsets,
  countBits,
  fixedByteLength,
  lastAscending,
} from '../provider-kit/column-checks.ts';
import { alignedArray, type ArrayKind, type BatchParts } from './arrow-buffers.ts';
import type { ArrowColumn } from './arrow-schema.ts';

/** A column whose buffers fit its length. They are not converted yet: a batch may be passed on as it came. */
export interface CheckedColumn extends Pick<ColumnData, 'length' | 'validity'> {
  readonly column: ArrowColumn;
  readonly offsets?: Uint8Array;
  readonly values?: Uint8Array;
  readonly children: readonly CheckedColumn[];
}

/** Takes rows that no buffer backs from what a stream may claim. @throws RangeError when too many are claimed. */
type ClaimRows = (count: number) => void;

/**
 * The columns of a batch, or of a struct, which all have `length` values.
 * @throws RangeError for a buffer that does not fit its column.
 */
export function checkColumns(
  columns: readonly ArrowColumn[],
  length: number,
  parts: BatchParts,
  claimRows: ClaimRows,
): CheckedColumn[] {
  if (columns.length === 0) claimRows(length);
  return columns.map((column) => {
    const checked = checkColumn(column, parts, claimRows);
    if (checked.length === length) return checked;
    throw new RangeError(`column '${column.field.name}' has ${checked.length} values for ${length} rows`);
  });
}

function checkColumn(column: ArrowColumn, parts: BatchParts, claimRows: ClaimRows): CheckedColumn {
  const { type } = column.field;
  const [length, nulls] = parts.node();
  // The one type without a bitmap.
  if (type.kind === 'null') {
    claimRows(length);
    return { column, length, children: [] };
  }
  const validity = checkValidity(parts.buffer(), length, nulls);
  const checked = { column, length, children: [], ...(validity !== undefined && { validity }) };
  switch (type.kind) {
    case 'text':
    case 'binary': {
      const offsets = parts.buffer();
      const values = parts.buffer();
      return { ...checked, values, offsets: checkOffsets(offsets, column, length, values.length) };
    }
    case 'list':
    case 'map': {
      const offsets = parts.buffer();
      const children = column.children.map((child) => checkColumn(child, parts, claimRows));
      return { ...checked, children, offsets: checkOffsets(offsets, column, length, children[0]?.length ?? 0) };
    }
    case 'struct':
      return { ...checked, children: checkColumns(column.children, length, parts, claimRows) };
    default: {
      const needed = column.width === 4 && type.kind === 'time' ? length * 4 : fixedByteLength(type, length);
      const values = parts.buffer();
      assertEnough('bytes of values', values.length, needed);
      return { ...checked, values: values.subarray(0, needed) };
    }
  }
}

function checkValidity(bitmap: Uint8Array, length: number, nulls: number): Uint8Array | undefined {
  if (nulls === 0 && bitmap.length === 0) return undefined;
  assertEnough('bytes of validity', bitmap.length, Math.ceil(length / 8));
  const found = length - countBits(bitmap, length);
  if (found !== nulls) throw new RangeError(`${found} nulls where ${nulls} are announced`);
  return nulls === 0 ? undefined : bitmap;
}

/** Offsets are rarely aligned, and a copy of all of them would cost more than the check. */
const PIECE = new Int32Array(4096);
const PIECE_BYTES = new Uint8Array(PIECE.buffer);

function checkOffsets(bytes: Uint8Array, { width }: ArrowColumn, length: number, end: number): Uint8Array {
  // A column without values may have no offsets.
  if (length === 0) return bytes;
  assertEnough('offsets', Math.floor(bytes.length / width), length + 1);
  const used = bytes.subarray(0, (length + 1) * width);
  if (width === 8) {
    assertOffsets(narrowed(used), length, end);
    return used;
  }
  let last = 0;
  for (let at = 0; at < used.length; at += PIECE_BYTES.length) {
    const piece = used.subarray(at, at + PIECE_BYTES.length);
    PIECE_BYTES.set(piece);
    last = lastAscending(PIECE, piece.length / 4, last);
  }
  assertLastOffset(last, end);
  return used;
}

/** @throws RangeError for an offset that no array can have. */
function narrowed(bytes: Uint8Array): Int32Array {
  return Int32Array.from(alignedArray(BigInt64Array, bytes), (offset) => {
    if (BigInt.asIntN(32, offset) === offset) return Number(offset);
    throw new RangeError(`an offset is ${offset}`);
  });
}

/** The column as the contract lays it out. */
export function toColumnData({ column, length, validity, offsets, values, children }: CheckedColumn): ColumnData {
  const { type } = column.field;
  const data = { type, length, ...(validity && { validity }), ...(offsets && { offsets: toOffsets(offsets, column) }) };
  switch (type.kind) {
    case 'null':
      return data;
    case 'list':
    case 'struct':
      return { ...data, children: children.map(toColumnData) };
    case 'map':
      // Arrow's map is a list of structs.
      return { ...data, children: children[0]?.children.map(toColumnData) ?? [] };
    default:
      return { ...data, values: toValues(column, values ?? new Uint8Array(), validity) };
  }
}

function toOffsets(bytes: Uint8Array, { width }: ArrowColumn): Int32Array {
  if (bytes.length === 0) return new Int32Array(1);
  return width === 8 ? narrowed(bytes) : alignedArray(Int32Array, bytes);
}

function toValues(
  { field: { type }, width, unitsPerSecond }: ArrowColumn,
  bytes: Uint8Array,
  validity: Uint8Array | undefined,
): FixedWidthValues {
  switch (type.kind) {
    case 'integer':
    case 'float':
    case 'date':
    case 'months':
      return alignedArray(numberArray(type), bytes);
    case 'time':
    case 'timestamp':
    case 'duration': {
      const values = alignedArray<Int32Array | BigInt64Array>(width === 8 ? BigInt64Array : Int32Array, bytes);
      return unitsPerSecond === undefined ? values : inMicroseconds(values, unitsPerSecond, validity);
    }
    default:
      return bytes;
  }
}

function numberArray(type: ColumnType): ArrayKind<FixedWidthValues> {
  if (type.kind === 'float') return type.bits === 32 ? Float32Array : Float64Array;
  if (type.kind !== 'integer' || type.bits === 128) return Int32Array;
  return INTEGER_ARRAYS[type.bits][type.signed ? 0 : 1];
}

const INTEGER_ARRAYS = {
  8: [Int8Array, Uint8Array],
  16: [Int16Array, Uint16Array],
  32: [Int32Array, Uint32Array],
  64: [BigInt64Array, BigUint64Array],
} as const;

/** @throws RangeError for a time that microseconds of 64 bits cannot hold. */
function inMicroseconds(
  values: Int32Array | BigInt64Array,
  unitsPerSecond: bigint,
  validity: Uint8Array | undefined,
): BigInt64Array {
  return BigInt64Array.from(values as ArrayLike<bigint | number>, (value: bigint | number, at) => {
    const microseconds = (BigInt(value) * 1_000_000n) / unitsPerSecond;
    if (BigInt.asIntN(64, microseconds) === microseconds) return microseconds;
    const isNull = validity !== undefined && (((validity[at >> 3] ?? 0) >> (at & 7)) & 1) === 0;
    if (isNull) return 0n;
    throw new RangeError(`the time ${value} of row ${at + 1} is out of range`);
  });
}
