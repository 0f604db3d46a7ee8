import type { Data, DataType, Field } from 'apache-arrow';
import type { ColumnData, ColumnField, ColumnType, FixedWidthValues } from '../contract/column-batch.ts';
import { SessionError } from '../contract/session-error.ts';

/**
 * The numbers of Arrow's types, as its format has them; its module is loaded late and its types have no numbers.
 * @see https://arrow.apache.org/docs/format/Columnar.html (read 2026-11-21)
 */
const TYPE_ID = {
  null: 1,
  int: 2,
  float: 3,
  binary: 4,
  utf8: 5,
  bool: 6,
  decimal: 7,
  date: 8,
  time: 9,
  timestamp: 10,
  interval: 11,
  list: 12,
  struct: 13,
  duration: 18,
  map: 17,
  largeBinary: 19,
  largeUtf8: 20,
} as const;

/** Arrow's units of time, and how many of them make a second. */
const UNITS_PER_SECOND = [1n, 1000n, 1_000_000n, 1_000_000_000n];
const MICROSECOND = 2;

/** Arrow's kinds of intervals. */
const INTERVAL_MONTHS = 0;
const INTERVAL_MONTH_DAY_NANO = 2;

/** The members of Arrow's types that are looked at. */
interface TypeFacts {
  readonly typeId: number;
  readonly bitWidth?: number;
  readonly isSigned?: boolean;
  readonly precision: number;
  readonly scale: number;
  readonly unit: number;
  readonly timezone?: string | null;
  readonly children: readonly Field[] | null;
}

/** The buffers of a column; Arrow declares them for each of its types apart. */
interface Buffers {
  readonly values: FixedWidthValues;
  readonly valueOffsets: Int32Array | BigInt64Array;
}

/** A column's name and type, as Arrow says them. @throws SessionError `unsupported` for a type that is not known here. */
export function toColumnField({ name, type, nullable }: Field): ColumnField {
  return { name, type: toColumnType(type as DataType, name), nullable };
}

function toColumnType(type: DataType, name: string): ColumnType {
  const facts = type as unknown as TypeFacts;
  const children = (facts.children ?? []).map(toColumnField);
  switch (facts.typeId) {
    case TYPE_ID.null:
      return { kind: 'null' };
    case TYPE_ID.bool:
      return { kind: 'boolean' };
    case TYPE_ID.int:
      return { kind: 'integer', bits: facts.bitWidth as 8 | 16 | 32 | 64, signed: facts.isSigned === true };
    case TYPE_ID.float:
      if (facts.precision === 0) break;
      return { kind: 'float', bits: facts.precision === 1 ? 32 : 64 };
    case TYPE_ID.decimal:
      if (facts.bitWidth !== 128) break;
      return { kind: 'decimal', precision: facts.precision, scale: facts.scale };
    case TYPE_ID.utf8:
    case TYPE_ID.largeUtf8:
      return { kind: 'text' };
    case TYPE_ID.binary:
    case TYPE_ID.largeBinary:
      return { kind: 'binary' };
    case TYPE_ID.date:
      if (facts.unit !== 0) break;
      return { kind: 'date' };
    case TYPE_ID.time:
      return { kind: 'time' };
    case TYPE_ID.timestamp:
      return { kind: 'timestamp', ...(facts.timezone ? { timezone: facts.timezone } : {}) };
    case TYPE_ID.duration:
      return { kind: 'duration' };
    case TYPE_ID.interval:
      if (facts.unit === INTERVAL_MONTHS) return { kind: 'months' };
      if (facts.unit === INTERVAL_MONTH_DAY_NANO) return { kind: 'interval' };
      break;
    case TYPE_ID.list: {
      const [item] = children;
      if (item === undefined) break;
      return { kind: 'list', item };
    }
    case TYPE_ID.struct:
      return { kind: 'struct', fields: children };
    case TYPE_ID.map: {
      const [entries] = children;
      const [key, value] = entries?.type.kind === 'struct' ? entries.type.fields : [];
      if (key === undefined || value === undefined) break;
      return { kind: 'map', key, value };
    }
  }
  throw new SessionError(
    'unsupported',
    `column '${name}' is of the Arrow type ${typeName(type)}, which this release cannot read; CAST it to STRING in the statement`,
    { operation: 'execute' },
  );
}

/** A type as Arrow writes it. */
function typeName(type: DataType): string {
  return (type as { toString(): string }).toString();
}

/** A column's buffers, as Arrow holds them: the same memory, but for units and offsets that the contract does not have. */
export function toColumnData(data: Data): ColumnData {
  const type = toColumnType(data.type, 'value');
  const { typeId, unit } = data.type as unknown as TypeFacts;
  const { values, valueOffsets } = data as unknown as Buffers;
  const column = { type, length: data.length, ...validityOf(data) };
  switch (type.kind) {
    case 'null':
      return column;
    case 'text':
    case 'binary': {
      const isLarge = typeId === TYPE_ID.largeUtf8 || typeId === TYPE_ID.largeBinary;
      const offsets = isLarge ? narrowed(valueOffsets) : (valueOffsets as Int32Array);
      return { ...column, offsets, values };
    }
    case 'list':
      return { ...column, offsets: valueOffsets as Int32Array, children: data.children.map(toColumnData) };
    case 'struct':
      return { ...column, children: data.children.map(toColumnData) };
    case 'map':
      return {
        ...column,
        offsets: valueOffsets as Int32Array,
        children: (data.children[0]?.children ?? []).map(toColumnData),
      };
    case 'time':
    case 'timestamp':
    case 'duration':
      return { ...column, values: inMicroseconds(values, unit) };
    default:
      return { ...column, values };
  }
}

function validityOf({ type, nullCount, nullBitmap }: Data): { validity?: Uint8Array } {
  // A column of the type null has no bitmap at all, whatever its declared type says.
  const hasBitmap = (type as unknown as TypeFacts).typeId !== TYPE_ID.null && nullCount > 0 && nullBitmap.length > 0;
  return hasBitmap ? { validity: nullBitmap } : {};
}

function narrowed(offsets: ArrayLike<bigint | number>): Int32Array {
  return Int32Array.from(offsets, Number);
}

/** Spark and Sail write microseconds; other units are turned into them. */
function inMicroseconds(values: FixedWidthValues, unit: number): FixedWidthValues {
  if (unit === MICROSECOND) return values;
  const perSecond = UNITS_PER_SECOND[unit] ?? 1n;
  return BigInt64Array.from(
    values as ArrayLike<bigint | number>,
    (value: bigint | number) => (BigInt(value) * 1_000_000n) / perSecond,
  );
}
