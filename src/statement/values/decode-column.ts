import type { ColumnData, ColumnType } from '../../contract/column-batch.ts';
import { bytesOf, childOf, isBitSet, offsetsOf, valuesOf, viewOf } from '../column-buffers.ts';
import { decodeText } from './decode-text.ts';
import {
  decodeDates,
  decodeDurations,
  decodeIntervals,
  decodeMonths,
  decodeTimes,
  decodeTimestamps,
} from './decode-temporal.ts';
import { decodeDecimals, decodeWideIntegers } from './decode-wide.ts';
import type { ResultValue } from './result-value.ts';
import { rowObjects } from './rows-from-columns.ts';
import { tabulate } from './tabulate.ts';
import { uniqueNames } from './unique-names.ts';

/** Turns one column into values, as in the table of {@link ResultValue}. */
export function decodeColumn(column: ColumnData): ResultValue[] {
  if (column.length === 0) return [];
  const values = decodePresent(column, column.type);
  if (column.validity !== undefined) blankNulls(values, column.validity);
  return values;
}

/** The values as if none were null. Nulls replace some of them afterwards. */
function decodePresent(column: ColumnData, type: ColumnType): ResultValue[] {
  const { length } = column;
  switch (type.kind) {
    case 'null':
      return new Array<null>(length).fill(null);
    case 'boolean':
      return decodeBits(bytesOf(column), length);
    case 'integer':
      return type.bits === 128 ? decodeWideIntegers(viewOf(column), length, type.signed) : plainValues(column);
    case 'float':
      return plainValues(column);
    case 'decimal':
      return decodeDecimals(viewOf(column), length, type.scale);
    case 'text':
      return decodeText(bytesOf(column), offsetsOf(column));
    case 'binary':
      return slices(offsetsOf(column), (start, end) => bytesOf(column).slice(start, end));
    case 'date':
      return decodeDates(viewOf(column), length);
    case 'time':
      return decodeTimes(
        viewOf(column),
        length,
        (at) => column.validity !== undefined && !isBitSet(column.validity, at),
      );
    case 'timestamp':
      return decodeTimestamps(viewOf(column), length, type.timezone === undefined ? '' : 'Z');
    case 'duration':
      return decodeDurations(viewOf(column), length);
    case 'months':
      return decodeMonths(viewOf(column), length);
    case 'interval':
      return decodeIntervals(viewOf(column), length);
    case 'list': {
      const items = decodeColumn(childOf(column, 0));
      return slices(offsetsOf(column), (start, end) => items.slice(start, end));
    }
    case 'struct': {
      const names = uniqueNames(type.fields.map((field) => field.name));
      const columns = type.fields.map((_, at) => decodeColumn(childOf(column, at)));
      return rowObjects({ rowCount: length, columns }, names);
    }
    case 'map': {
      const keys = decodeColumn(childOf(column, 0));
      const items = decodeColumn(childOf(column, 1));
      const entries = keys.map((key, at) => [key, items[at] as ResultValue]);
      return slices(offsetsOf(column), (start, end) => entries.slice(start, end));
    }
  }
}

function plainValues(column: ColumnData): ResultValue[] {
  const values = valuesOf(column);
  return tabulate(column.length, (at) => values[at] as number | bigint);
}

function decodeBits(bits: Uint8Array, length: number): boolean[] {
  return tabulate(length, (at) => isBitSet(bits, at));
}

function blankNulls(values: ResultValue[], validity: Uint8Array): void {
  for (let at = 0; at < values.length; at += 1) if (!isBitSet(validity, at)) values[at] = null;
}

/** One value for each pair of adjacent offsets. */
function slices(offsets: Int32Array, slice: (start: number, end: number) => ResultValue): ResultValue[] {
  return tabulate(offsets.length - 1, (at) => slice(offsets[at] ?? 0, offsets[at + 1] ?? 0));
}
