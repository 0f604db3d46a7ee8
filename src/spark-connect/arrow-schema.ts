import type { ColumnField, ColumnType } from '../contract/column-batch.ts';
import { SessionError } from '../contract/session-error.ts';
import type { FlatTable } from './flatbuffer-reader.ts';

/** A column as Arrow stores it. */
export interface ArrowColumn {
  readonly field: ColumnField;
  /** How many units of time make a second; absent where they are microseconds, as in the contract. */
  readonly unitsPerSecond?: bigint;
  /** Whether offsets, or times, take four or eight bytes. */
  readonly width: 4 | 8;
  readonly children: readonly ArrowColumn[];
}

/** Names of the types, for errors, in the order of their numbers. @see https://github.com/apache/arrow/blob/main/format/Schema.fbs (read 2026-11-29) */
const TYPE_NAMES = [
  ...[
    '?',
    'Null',
    'Int',
    'FloatingPoint',
    'Binary',
    'Utf8',
    'Bool',
    'Decimal',
    'Date',
    'Time',
    'Timestamp',
    'Interval',
  ],
  ...['List', 'Struct', 'Union', 'FixedSizeBinary', 'FixedSizeList', 'Map', 'Duration', 'LargeBinary', 'LargeUtf8'],
  ...['LargeList', 'RunEndEncoded', 'BinaryView', 'Utf8View', 'ListView', 'LargeListView'],
];

const UNITS_PER_SECOND = [1n, 1000n, 1_000_000n, 1_000_000_000n];
const MILLISECOND = 1;
const MICROSECOND = 2;

/** Types may be nested this deep: reading a deeper one would overflow the stack. */
const MOST_DEPTH = 64;

/** The columns of a schema. @throws SessionError `unsupported` for a type that the contract does not have. */
export function readSchema(schema: FlatTable): ArrowColumn[] {
  return schema.tables(1).map((field) => readField(field));
}

/** Whether a column's buffers are laid out as the contract lays them out. */
export function isAsInContract({ field, width, unitsPerSecond, children }: ArrowColumn): boolean {
  const { kind } = field.type;
  const isWide = width === 8 && (kind === 'text' || kind === 'binary');
  return !isWide && unitsPerSecond === undefined && children.every(isAsInContract);
}

function readField(field: FlatTable, depth = 1): ArrowColumn {
  if (depth > MOST_DEPTH) throw new RangeError(`its types are nested more than ${MOST_DEPTH} deep`);
  const name = field.text(0) ?? '';
  const typeId = field.byte(2);
  const children = field.tables(5).map((child) => readField(child, depth + 1));
  const isDictionary = field.table(4) !== undefined;
  const table = field.table(3);
  const type = table === undefined || isDictionary ? undefined : readType(typeId, table, children);
  if (table === undefined || type === undefined) {
    const typeName = isDictionary ? 'Dictionary' : (TYPE_NAMES[typeId] ?? `number ${typeId}`);
    throw new SessionError(
      'unsupported',
      `Column '${name}' has the Arrow type ${typeName}, which cannot be read. CAST it to STRING in the statement.`,
      { operation: 'execute' },
    );
  }
  return { field: { name, type, nullable: field.byte(1) !== 0 }, children, ...readStorage(typeId, table) };
}

function readType(typeId: number, table: FlatTable, children: readonly ArrowColumn[]): ColumnType | undefined {
  const fields = children.map(({ field }) => field);
  const [first] = fields;
  switch (TYPE_NAMES[typeId]) {
    case 'Null':
      return { kind: 'null' };
    case 'Bool':
      return { kind: 'boolean' };
    case 'Int': {
      const bits = ([8, 16, 32, 64] as const).find((width) => width === table.int(0));
      return bits && { kind: 'integer', bits, signed: table.byte(1) !== 0 };
    }
    case 'FloatingPoint': {
      const precision = table.short(0);
      const bits = ([undefined, 32, 64] as const)[precision];
      return bits && { kind: 'float', bits };
    }
    case 'Decimal':
      return table.int(2, 128) === 128 ? readDecimal(table.int(0), table.int(1)) : undefined;
    case 'Utf8':
    case 'LargeUtf8':
      return { kind: 'text' };
    case 'Binary':
    case 'LargeBinary':
      return { kind: 'binary' };
    case 'Date':
      return table.short(0, MILLISECOND) === 0 ? { kind: 'date' } : undefined;
    case 'Time':
      return [32, 64].includes(table.int(1, 32)) ? { kind: 'time' } : undefined;
    case 'Timestamp': {
      const timezone = table.text(1);
      return timezone ? { kind: 'timestamp', timezone } : { kind: 'timestamp' };
    }
    case 'Duration':
      return { kind: 'duration' };
    case 'Interval':
      return ([{ kind: 'months' }, undefined, { kind: 'interval' }] as const)[table.short(0)];
    case 'List':
      return first && { kind: 'list', item: first };
    case 'Struct':
      return { kind: 'struct', fields };
    case 'Map': {
      const [key, value] = first?.type.kind === 'struct' ? first.type.fields : [];
      return key && value && { kind: 'map', key, value };
    }
    default:
      return undefined;
  }
}

/** A decimal of 128 bits has at most 38 digits. */
function readDecimal(precision: number, scale: number): ColumnType | undefined {
  const isReadable = precision >= 1 && precision <= 38 && scale >= 0 && scale <= precision;
  return isReadable ? { kind: 'decimal', precision, scale } : undefined;
}

function readStorage(typeId: number, table: FlatTable): Pick<ArrowColumn, 'width' | 'unitsPerSecond'> {
  switch (TYPE_NAMES[typeId]) {
    case 'LargeUtf8':
    case 'LargeBinary':
      return { width: 8 };
    case 'Time':
      return { width: table.int(1, 32) === 32 ? 4 : 8, ...readUnit(table.short(0, MILLISECOND)) };
    case 'Timestamp':
      return { width: 8, ...readUnit(table.short(0)) };
    case 'Duration':
      return { width: 8, ...readUnit(table.short(0, MILLISECOND)) };
    default:
      return { width: 4 };
  }
}

function readUnit(unit: number): Pick<ArrowColumn, 'unitsPerSecond'> {
  const unitsPerSecond = UNITS_PER_SECOND[unit];
  if (unitsPerSecond === undefined) throw new RangeError(`a unit of time has the number ${unit}`);
  return unit === MICROSECOND ? {} : { unitsPerSecond };
}
