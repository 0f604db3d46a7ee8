import type { ColumnType, FixedWidthValues } from '../../../../src/contract/column-batch.ts';
import { SessionError } from '../../../../src/contract/session-error.ts';
import type { DuckDbBinding, LogicalType } from '../binding.ts';
import { booleanLayout } from './boolean-column.ts';
import type { ColumnLayout } from './column-builder.ts';
import { fixedWidthLayout, type ValuesView } from './fixed-width-column.ts';
import { arrayLayout, listLayout, mapLayout } from './list-column.ts';
import { nullLayout } from './null-column.ts';
import { formattedLayout } from './formatted-column.ts';
import { formatBigNumber, formatBits, formatEnum, formatTag, formatTimeWithOffset, formatUuid } from './formatters.ts';
import { binaryLayout, textLayout } from './string-column.ts';
import { type Member, structLayout, unionLayout } from './struct-column.ts';
import { type DuckDbTypeName, typeName } from './duckdb-types.ts';
import {
  cutNanoseconds,
  intervalToNanoseconds,
  multiplyTime,
  roundNanoseconds,
  type WidthChange,
  widenDecimal,
} from './width-change.ts';

/** The layout of a column, made from the details of its type where they matter; `undefined` where there is none. */
type LayoutMaker = ColumnLayout | ((binding: DuckDbBinding, type: LogicalType) => ColumnLayout) | undefined;

/** Total: a type that DuckDB adds is refused by name until it stands here. */
const LAYOUTS: Readonly<Record<DuckDbTypeName, LayoutMaker>> = {
  BOOLEAN: booleanLayout,
  TINYINT: integer(8, true, Int8Array),
  SMALLINT: integer(16, true, Int16Array),
  INTEGER: integer(32, true, Int32Array),
  BIGINT: integer(64, true, BigInt64Array),
  HUGEINT: integer(128, true, Uint8Array),
  UTINYINT: integer(8, false, Uint8Array),
  USMALLINT: integer(16, false, Uint16Array),
  UINTEGER: integer(32, false, Uint32Array),
  UBIGINT: integer(64, false, BigUint64Array),
  UHUGEINT: integer(128, false, Uint8Array),
  FLOAT: fixedWidthLayout({ type: { kind: 'float', bits: 32 }, width: 4, view: viewAs(Float32Array, 1) }),
  DOUBLE: fixedWidthLayout({ type: { kind: 'float', bits: 64 }, width: 8, view: viewAs(Float64Array, 1) }),
  DECIMAL: decimal,
  DATE: fixedWidthLayout({ type: { kind: 'date' }, width: 4, view: viewAs(Int32Array, 1) }),
  TIME: microseconds({ kind: 'time' }),
  TIME_NS: microseconds({ kind: 'time' }, roundNanoseconds),
  TIME_TZ: formattedLayout(formatTimeWithOffset),
  TIMESTAMP: microseconds({ kind: 'timestamp' }),
  TIMESTAMP_S: microseconds({ kind: 'timestamp' }, multiplyTime(1_000_000n)),
  TIMESTAMP_MS: microseconds({ kind: 'timestamp' }, multiplyTime(1000n)),
  TIMESTAMP_NS: microseconds({ kind: 'timestamp' }, cutNanoseconds),
  TIMESTAMP_TZ: microseconds({ kind: 'timestamp', timezone: 'UTC' }),
  INTERVAL: fixedWidthLayout({
    type: { kind: 'interval' },
    width: 16,
    view: viewAs(Uint8Array, 16),
    change: intervalToNanoseconds,
  }),
  VARCHAR: textLayout,
  BLOB: binaryLayout,
  // The bytes are those of its well-known binary form.
  GEOMETRY: binaryLayout,
  ENUM: (binding, type) => formattedLayout(formatEnum(binding, type)),
  UUID: formattedLayout(formatUuid),
  BIT: formattedLayout(formatBits),
  BIGNUM: formattedLayout(formatBigNumber),
  LIST: (binding, type) => listLayout(columnLayout(binding, binding.list_type_child_type(type))),
  ARRAY: (binding, type) =>
    arrayLayout(columnLayout(binding, binding.array_type_child_type(type)), binding.array_type_array_size(type)),
  STRUCT: (binding, type) => structLayout(structMembers(binding, type)),
  MAP: (binding, type) =>
    mapLayout(
      structLayout([
        { name: 'key', layout: columnLayout(binding, binding.map_type_key_type(type)) },
        { name: 'value', layout: columnLayout(binding, binding.map_type_value_type(type)) },
      ]),
    ),
  UNION: (binding, type) => {
    const alternatives = unionMembers(binding, type);
    return unionLayout(formattedLayout(formatTag(alternatives.map(({ name }) => name))), alternatives);
  },
  SQLNULL: nullLayout,
  VARIANT: undefined,
  // No result has columns of these.
  INVALID: undefined,
  ANY: undefined,
  STRING_LITERAL: undefined,
  INTEGER_LITERAL: undefined,
};

/**
 * How a column of the given type becomes one of ours.
 * @throws SessionError `unsupported` for a type that has no form in columns.
 */
export function columnLayout(binding: DuckDbBinding, type: LogicalType): ColumnLayout {
  const name = typeName(binding.get_type_id(type));
  const layout = LAYOUTS[name];
  if (layout === undefined) {
    throw new SessionError(
      'unsupported',
      `a column of the result has DuckDB's type ${name}, which no column of ours can hold; cast it in the statement, for example to JSON or VARCHAR`,
      { operation: 'execute' },
    );
  }
  return typeof layout === 'function' ? layout(binding, type) : layout;
}

function integer(bits: 8 | 16 | 32 | 64 | 128, signed: boolean, View: ViewConstructor): ColumnLayout {
  const perValue = bits === 128 ? 16 : 1;
  return fixedWidthLayout({ type: { kind: 'integer', bits, signed }, width: bits / 8, view: viewAs(View, perValue) });
}

function microseconds(type: ColumnType, change?: WidthChange): ColumnLayout {
  return fixedWidthLayout({ type, width: 8, view: viewAs(BigInt64Array, 1), ...(change && { change }) });
}

/** Decimals are as narrow in DuckDB as their digits allow. */
function decimal(binding: DuckDbBinding, logicalType: LogicalType): ColumnLayout {
  const precision = binding.decimal_width(logicalType);
  const type: ColumnType = { kind: 'decimal', precision, scale: binding.decimal_scale(logicalType) };
  const fixed = { type, width: 16, view: viewAs(Uint8Array, 16) };
  if (precision > 18) return fixedWidthLayout(fixed);
  const sourceWidth = precision > 9 ? 8 : precision > 4 ? 4 : 2;
  return fixedWidthLayout({ ...fixed, change: widenDecimal(sourceWidth) });
}

function structMembers(binding: DuckDbBinding, type: LogicalType): Member[] {
  return Array.from({ length: binding.struct_type_child_count(type) }, (_, index) => ({
    name: binding.struct_type_child_name(type, index),
    layout: columnLayout(binding, binding.struct_type_child_type(type, index)),
  }));
}

function unionMembers(binding: DuckDbBinding, type: LogicalType): Member[] {
  return Array.from({ length: binding.union_type_member_count(type) }, (_, index) => ({
    name: binding.union_type_member_name(type, index),
    layout: columnLayout(binding, binding.union_type_member_type(type, index)),
  }));
}

interface ViewConstructor {
  new (buffer: ArrayBuffer, byteOffset: number, length: number): FixedWidthValues;
}

function viewAs(View: ViewConstructor, elementsPerValue: number): ValuesView {
  return (buffer, length) => new View(buffer, 0, length * elementsPerValue);
}
