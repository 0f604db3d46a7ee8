import type { ColumnField, ColumnType } from '../../contract/column-batch.ts';
import { uniqueNames } from '../values/unique-names.ts';
import { flat, type FlatTable } from './flatbuffer-writer.ts';
import { HEADER, ipcMessage } from './ipc-message.ts';

const LITTLE_ENDIAN = flat.short(0);
const MICROSECOND = flat.short(2);

/** An Arrow type: its number in the union of types, its table, and the fields of its children. */
type ArrowType = readonly [id: number, table: FlatTable, children?: readonly FlatTable[]];

/** The message that begins an IPC stream. The fields get names that differ from each other. */
export function schemaMessage(fields: readonly ColumnField[]): Uint8Array {
  return ipcMessage(HEADER.schema, [LITTLE_ENDIAN, { tables: toFields(fields) }]);
}

function toFields(fields: readonly ColumnField[]): FlatTable[] {
  const names = uniqueNames(fields.map(({ name }) => name));
  return fields.map((field, at) => toField({ ...field, name: names[at] ?? field.name }));
}

function toField({ name, type, nullable }: ColumnField): FlatTable {
  const [id, table, children = []] = toType(type);
  const dictionary = undefined;
  return [name, flat.byte(Number(nullable)), flat.byte(id), table, dictionary, { tables: children }];
}

/**
 * The Arrow type with the same memory layout as a column. Arrow has no integers of 128 bits: they become decimals of
 * 38 digits, and a longer value keeps its bits.
 * @see https://github.com/apache/arrow/blob/main/format/Schema.fbs (read 2026-11-29)
 */
function toType(type: ColumnType): ArrowType {
  switch (type.kind) {
    case 'null':
      return [1, []];
    case 'integer':
      if (type.bits === 128) return decimal(38, 0);
      return [2, [flat.int(type.bits), flat.byte(Number(type.signed))]];
    case 'float':
      return [3, [flat.short(type.bits === 32 ? 1 : 2)]];
    case 'binary':
      return [4, []];
    case 'text':
      return [5, []];
    case 'boolean':
      return [6, []];
    case 'decimal':
      return decimal(type.precision, type.scale);
    case 'date':
      return [8, [flat.short(0)]];
    case 'time':
      return [9, [MICROSECOND, flat.int(64)]];
    case 'timestamp':
      return [10, [MICROSECOND, type.timezone]];
    case 'months':
      return [11, [flat.short(0)]];
    case 'interval':
      return [11, [flat.short(2)]];
    case 'list':
      return [12, [], [toField(type.item)]];
    case 'struct':
      return [13, [], toFields(type.fields)];
    case 'map': {
      // The format requires keys, and entries, that are never null.
      const key = { ...type.key, name: 'key', nullable: false };
      const value = { ...type.value, name: 'value' };
      const entries: ColumnType = { kind: 'struct', fields: [key, value] };
      return [17, [flat.byte(0)], [toField({ name: 'entries', type: entries, nullable: false })]];
    }
    case 'duration':
      return [18, [MICROSECOND]];
  }
}

function decimal(precision: number, scale: number): ArrowType {
  return [7, [flat.int(precision), flat.int(scale), flat.int(128)]];
}
