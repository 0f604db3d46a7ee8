import type { ColumnField, ColumnType } from '../contract/column-batch.ts';
import { uniqueNames } from './values/unique-names.ts';

/** One column of a result. */
export interface ResultField {
  /**
   * The key in rows, columns and Arrow tables. If several columns have one name, the first keeps it and later ones become
   * `name_2`, `name_3` and so on.
   */
  readonly name: string;
  /** The readable type: `decimal(12,2)`, `timestamp with time zone`, `list<integer>`. */
  readonly type: string;
  /** Whether the column may hold nulls. */
  readonly nullable: boolean;
  /** The type as data. */
  readonly columnType: ColumnType;
}

/** The columns of a result, in order. */
export interface ResultSchema {
  /** In the order of the statement. */
  readonly fields: readonly ResultField[];
}

export function createResultSchema(fields: readonly ColumnField[]): ResultSchema {
  const names = uniqueNames(fields.map((field) => field.name));
  return {
    fields: fields.map(({ type, nullable, name }, at) => ({
      name: names[at] ?? name,
      type: formatColumnType(type),
      nullable,
      columnType: type,
    })),
  };
}

/** A type as readable text, close to its SQL name. */
export function formatColumnType(type: ColumnType): string {
  switch (type.kind) {
    case 'integer':
      return (type.signed ? '' : 'u') + INTEGER_NAMES[type.bits];
    case 'float':
      return type.bits === 32 ? 'float' : 'double';
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'timestamp':
      return type.timezone === undefined ? 'timestamp' : 'timestamp with time zone';
    case 'months':
      return 'interval year to month';
    case 'list':
      return `list<${formatColumnType(type.item.type)}>`;
    case 'struct':
      return `struct<${type.fields.map((field) => `${quoted(field.name)}: ${formatColumnType(field.type)}`).join(', ')}>`;
    case 'map':
      return `map<${formatColumnType(type.key.type)}, ${formatColumnType(type.value.type)}>`;
    case 'null':
    case 'boolean':
    case 'text':
    case 'binary':
    case 'date':
    case 'time':
    case 'duration':
    case 'interval':
      return type.kind;
  }
}

const INTEGER_NAMES = { 8: 'tinyint', 16: 'smallint', 32: 'integer', 64: 'bigint', 128: 'hugeint' } as const;

function quoted(name: string): string {
  return /^\w+$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
