import type { DataType, Field } from 'apache-arrow';
import type { ColumnField, ColumnType } from '../../contract/column-batch.ts';
import { uniqueNames } from '../values/unique-names.ts';
import type { Arrow } from './load-arrow.ts';

/**
 * The Arrow type with the same memory layout as a column. Arrow has no integers of 128 bits: they become decimals of
 * 38 digits, and a longer value keeps its bits.
 * @see https://arrow.apache.org/docs/format/Columnar.html (read 2026-11-21)
 */
export function toArrowType(arrow: Arrow, type: ColumnType): DataType {
  switch (type.kind) {
    case 'null':
      return new arrow.Null();
    case 'boolean':
      return new arrow.Bool();
    case 'integer':
      if (type.bits !== 128) return new arrow.Int(type.signed, type.bits);
      return new arrow.Decimal(0, 38, 128);
    case 'float':
      return type.bits === 32 ? new arrow.Float32() : new arrow.Float64();
    case 'decimal':
      return new arrow.Decimal(type.scale, type.precision, 128);
    case 'text':
      return new arrow.Utf8();
    case 'binary':
      return new arrow.Binary();
    case 'date':
      return new arrow.DateDay();
    case 'time':
      return new arrow.TimeMicrosecond();
    case 'timestamp':
      return new arrow.TimestampMicrosecond(type.timezone ?? null);
    case 'duration':
      return new arrow.DurationMicrosecond();
    case 'months':
      return new arrow.IntervalYearMonth();
    case 'interval':
      return new arrow.IntervalMonthDayNano();
    case 'list':
      return new arrow.List(toArrowField(arrow, type.item));
    case 'struct':
      return new arrow.Struct(toArrowFields(arrow, type.fields));
    case 'map': {
      // The format asks for keys, and entries, that are never null.
      const key = toArrowField(arrow, { ...type.key, name: 'key', nullable: false });
      const value = toArrowField(arrow, { ...type.value, name: 'value' });
      return new arrow.Map_(
        new arrow.Field('entries', new arrow.Struct<{ key: DataType; value: DataType }>([key, value]), false),
      );
    }
  }
}

/** Fields under names that differ from each other. */
export function toArrowFields(arrow: Arrow, fields: readonly ColumnField[]): Field<DataType>[] {
  const names = uniqueNames(fields.map((field) => field.name));
  return fields.map((field, at) => toArrowField(arrow, { ...field, name: names[at] ?? field.name }));
}

function toArrowField(arrow: Arrow, { name, type, nullable }: ColumnField): Field<DataType> {
  return new arrow.Field(name, toArrowType(arrow, type), nullable);
}
