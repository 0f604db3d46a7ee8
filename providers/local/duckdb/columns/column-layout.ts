import type { ColumnType } from '../../../../src/contract/column-batch.ts';
import type { DuckDbBinding, LogicalType } from '../binding.ts';
import { executeError } from '../../errors.ts';
import type { ColumnLayout } from './column-builder.ts';
import { booleanLayout, type FixedWidth, fixedWidthLayout, nullLayout } from './flat-columns.ts';
import { formatBigNumber, formatBits, formatEnum, formatTag, formatTimeWithOffset, formatUuid } from './formatters.ts';
import { arrayLayout, listLayout, mapLayout, type Member, structLayout, unionLayout } from './nested-columns.ts';
import { binaryLayout, formattedLayout, textLayout } from './string-columns.ts';
import {
  cutNanoseconds,
  intervalToNanoseconds,
  multiplyTime,
  roundNanoseconds,
  type WidthChange,
  widenDecimal,
} from './width-change.ts';

/** A layout, or a function that makes it from the details of the type; `undefined` for a type without a layout. */
type LayoutMaker = ColumnLayout | ((binding: DuckDbBinding, type: LogicalType) => ColumnLayout) | undefined;

/**
 * The layouts by the names of DuckDB's types, in the order of their ids. A type that is not in the table is rejected.
 * @see https://duckdb.org/docs/stable/clients/c/types.html (read 2026-11-20)
 */
export const LAYOUTS = Object.freeze({
  INVALID: undefined,
  BOOLEAN: booleanLayout,
  TINYINT: integer(8, true, Int8Array),
  SMALLINT: integer(16, true, Int16Array),
  INTEGER: integer(32, true, Int32Array),
  BIGINT: integer(64, true, BigInt64Array),
  UTINYINT: integer(8, false, Uint8Array),
  USMALLINT: integer(16, false, Uint16Array),
  UINTEGER: integer(32, false, Uint32Array),
  UBIGINT: integer(64, false, BigUint64Array),
  FLOAT: fixedWidthLayout({ type: { kind: 'float', bits: 32 }, width: 4, View: Float32Array }),
  DOUBLE: fixedWidthLayout({ type: { kind: 'float', bits: 64 }, width: 8, View: Float64Array }),
  TIMESTAMP: microseconds({ kind: 'timestamp' }),
  DATE: fixedWidthLayout({ type: { kind: 'date' }, width: 4, View: Int32Array }),
  TIME: microseconds({ kind: 'time' }),
  INTERVAL: wide({ kind: 'interval' }, intervalToNanoseconds),
  HUGEINT: integer(128, true, Uint8Array),
  VARCHAR: textLayout,
  BLOB: binaryLayout,
  DECIMAL: decimal,
  TIMESTAMP_S: microseconds({ kind: 'timestamp' }, multiplyTime(1_000_000n)),
  TIMESTAMP_MS: microseconds({ kind: 'timestamp' }, multiplyTime(1000n)),
  TIMESTAMP_NS: microseconds({ kind: 'timestamp' }, cutNanoseconds),
  ENUM: (binding, type) => formattedLayout(formatEnum(binding, type)),
  LIST: (binding, type) => listLayout(columnLayout(binding, binding.list_type_child_type(type))),
  STRUCT: (binding, type) => structLayout(members(binding, type, 'struct_type_child')),
  MAP: (binding, type) =>
    mapLayout(
      columnLayout(binding, binding.map_type_key_type(type)),
      columnLayout(binding, binding.map_type_value_type(type)),
    ),
  UUID: formattedLayout(formatUuid),
  UNION: (binding, type) => {
    const alternatives = members(binding, type, 'union_type_member');
    return unionLayout(formattedLayout(formatTag(alternatives.map(({ name }) => name))), alternatives);
  },
  BIT: formattedLayout(formatBits),
  TIME_TZ: formattedLayout(formatTimeWithOffset),
  TIMESTAMP_TZ: microseconds({ kind: 'timestamp', timezone: 'UTC' }),
  UHUGEINT: integer(128, false, Uint8Array),
  ARRAY: (binding, type) =>
    arrayLayout(columnLayout(binding, binding.array_type_child_type(type)), binding.array_type_array_size(type)),
  // Results never have columns of type ANY or of the two literal types.
  ANY: undefined,
  BIGNUM: formattedLayout(formatBigNumber),
  SQLNULL: nullLayout,
  STRING_LITERAL: undefined,
  INTEGER_LITERAL: undefined,
  TIME_NS: microseconds({ kind: 'time' }, roundNanoseconds),
  // The bytes of its well-known binary form.
  GEOMETRY: binaryLayout,
  VARIANT: undefined,
} satisfies Record<string, LayoutMaker>);

const ENTRIES: readonly (readonly [name: string, maker: LayoutMaker])[] = Object.entries(LAYOUTS);

/**
 * How a column of the given DuckDB type becomes a column of a batch.
 * @throws SessionError `unsupported` for a type without a layout.
 */
export function columnLayout(binding: DuckDbBinding, type: LogicalType): ColumnLayout {
  const id = binding.get_type_id(type);
  const [name, maker] = ENTRIES[id] ?? [`with the id ${id}`, undefined];
  if (maker === undefined) {
    const message = `the result has a column of the DuckDB type ${name}, which is not supported. Cast it, for example to JSON or VARCHAR`;
    throw executeError('unsupported', message);
  }
  return typeof maker === 'function' ? maker(binding, type) : maker;
}

function integer(bits: 8 | 16 | 32 | 64 | 128, signed: boolean, View: FixedWidth['View']): ColumnLayout {
  return fixedWidthLayout({ type: { kind: 'integer', bits, signed }, width: bits / 8, View });
}

function microseconds(type: ColumnType, change?: WidthChange): ColumnLayout {
  return fixedWidthLayout({ type, width: 8, View: BigInt64Array, change });
}

/** Sixteen bytes a value. */
function wide(type: ColumnType, change?: WidthChange): ColumnLayout {
  return fixedWidthLayout({ type, width: 16, View: Uint8Array, change });
}

/** DuckDB stores a decimal in as few bytes as its digits need. */
function decimal(binding: DuckDbBinding, logicalType: LogicalType): ColumnLayout {
  const precision = binding.decimal_width(logicalType);
  const type: ColumnType = { kind: 'decimal', precision, scale: binding.decimal_scale(logicalType) };
  if (precision > 18) return wide(type);
  return wide(type, widenDecimal(precision > 9 ? 8 : precision > 4 ? 4 : 2));
}

function members(
  binding: DuckDbBinding,
  type: LogicalType,
  kind: 'struct_type_child' | 'union_type_member',
): readonly Member[] {
  return Array.from({ length: binding[`${kind}_count`](type) }, (_, index) => ({
    name: binding[`${kind}_name`](type, index),
    layout: columnLayout(binding, binding[`${kind}_type`](type, index)),
  }));
}
