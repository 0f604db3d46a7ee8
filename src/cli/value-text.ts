import type { ColumnType } from '../contract/column-batch.ts';
import type { ResultValue } from '../statement/values/result-value.ts';
import { uniqueNames } from '../statement/values/unique-names.ts';
import { toJsonText } from './printable.ts';

/**
 * A value as JSON. What JSON cannot say is text: whole numbers of 64 bits and more, NaN and infinity; bytes are base64. The
 * text is written here and not by `JSON.stringify`, which would sort members like `"2"` first and write -0 as 0.
 */
export function toJson(value: ResultValue, type: ColumnType): string {
  if (typeof value === 'number') return Number.isFinite(value) ? numberText(value, type) : `"${value}"`;
  if (typeof value === 'bigint') return `"${value}"`;
  if (value instanceof Uint8Array) return `"${base64(value)}"`;
  if (value === null || typeof value !== 'object') return toJsonText(value);
  switch (type.kind) {
    case 'list':
      return `[${(value as ResultValue[]).map((item) => toJson(item, type.item.type)).join(',')}]`;
    case 'map': {
      const pairs = value as [ResultValue, ResultValue][];
      return `[${pairs.map(([key, item]) => `[${toJson(key, type.key.type)},${toJson(item, type.value.type)}]`).join(',')}]`;
    }
    case 'struct': {
      const members = value as Readonly<Record<string, ResultValue>>;
      const names = uniqueNames(type.fields.map(({ name }) => name));
      return toJsonObject(
        names.map((name, at) => [name, toJson(members[name] ?? null, type.fields[at]?.type ?? type)]),
      );
    }
    default:
      return toJsonText(value);
  }
}

/** An object of JSON texts, with its members in this order. */
export function toJsonObject(members: readonly (readonly [name: string, json: string])[]): string {
  return `{${members.map(([name, json]) => `${toJsonText(name)}:${json}`).join(',')}}`;
}

/** A value for a table cell: nested ones as JSON, bytes as hexadecimal digits. */
export function toCellText(value: ResultValue, type: ColumnType): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberText(value, type);
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`;
  return typeof value === 'object' ? toJson(value, type) : String(value);
}

/** A value for a CSV field, quoted where needed; NULL is an empty field, an empty text is `""`. */
export function toCsvText(value: ResultValue, type: ColumnType): string {
  if (value === null) return '';
  const text = value instanceof Uint8Array ? base64(value) : toCellText(value, type);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** The shortest text that gives the number back: a FLOAT of 0.1 is 0.1, although its double has 17 digits. */
function numberText(value: number, type: ColumnType): string {
  if (Object.is(value, -0)) return '-0';
  if (type.kind !== 'float' || type.bits !== 32 || !Number.isFinite(value)) return String(value);
  for (let digits = 1; digits < 9; digits += 1) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return String(shorter);
  }
  return String(Number(value.toPrecision(9)));
}
