import type { ResultValue } from '../statement/values/result-value.ts';

/** What JSON cannot say of a value by itself: whole numbers beyond 2^53 and the like as text, bytes as base64. */
export function toJsonValue(value: ResultValue): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(toJsonValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toJsonValue(member)]));
}

/** A value for a table cell: nested ones as JSON, bytes as hexadecimal digits. */
export function toCellText(value: ResultValue): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`;
  return typeof value === 'object' ? JSON.stringify(toJsonValue(value)) : String(value);
}

/** A value for a CSV field, quoted where needed; NULL is an empty field, an empty text is `""`. */
export function toCsvText(value: ResultValue): string {
  if (value === null) return '';
  const text = value instanceof Uint8Array ? String(toJsonValue(value)) : toCellText(value);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
