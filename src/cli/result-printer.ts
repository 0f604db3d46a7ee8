import type { ResultField } from '../statement/result-schema.ts';
import type { Result } from '../statement/result.ts';
import type { ResultValue, RowArray } from '../statement/values/result-value.ts';
import { toJsonText } from './printable.ts';
import { printTable, type TableColumn } from './table.ts';
import { print, printAsIs, type Terminal } from './terminal.ts';

/** How rows are written. */
export type ResultFormat = 'table' | 'json' | 'csv';

/** Most rows of a table unless `--rows` says otherwise: a table is held in memory and read by a person. */
export const TABLE_ROWS = 1000;

/** How many rows were written, and whether there were more. */
export interface PrintedRows {
  readonly rowCount: number;
  readonly more: boolean;
}

/** Writes a result to stdout, batch by batch where the format allows it, and stops the engine once it has enough. */
export async function printResult(
  terminal: Terminal,
  result: Result,
  { format, maxRows }: { readonly format: ResultFormat; readonly maxRows: number | undefined },
): Promise<PrintedRows> {
  const limit = maxRows ?? (format === 'table' ? TABLE_ROWS : Number.POSITIVE_INFINITY);
  const write = WRITERS[format](terminal, result.schema.fields);
  await write.begin();
  let rowCount = 0;
  for await (const batch of result.batches()) {
    const rows = batch.rows({ as: 'arrays' }).slice(0, limit - rowCount);
    await write.rows(rows);
    rowCount += rows.length;
    if (rows.length < batch.rowCount) {
      await write.end();
      return { rowCount, more: true };
    }
  }
  await write.end();
  return { rowCount, more: false };
}

interface RowWriter {
  begin(): Promise<void>;
  rows(rows: readonly RowArray[]): Promise<void>;
  end(): Promise<void>;
}

const WRITERS: Readonly<Record<ResultFormat, (terminal: Terminal, fields: readonly ResultField[]) => RowWriter>> = {
  json: (terminal, fields) => {
    let separator = '';
    return {
      begin: () => printAsIs(terminal, '['),
      rows: (rows) => {
        const text = rows.map((row) => {
          const members = fields.map(({ name }, at) => [name, toJsonValue(row[at] ?? null)] as const);
          const before = `${separator}\n`;
          separator = ',';
          return before + toJsonText(Object.fromEntries(members));
        });
        return printAsIs(terminal, text.join(''));
      },
      end: () => printAsIs(terminal, separator === '' ? ']\n' : '\n]\n'),
    };
  },
  csv: (terminal, fields) => {
    // A file or a pipe gets the data as they are.
    const write = terminal.stdout.isTTY === true ? print : printAsIs;
    // DDL has no columns.
    const line = (row: RowArray): string => (row.length === 0 ? '' : `${row.map(toCsvText).join(',')}\r\n`);
    return {
      begin: () => write(terminal, line(fields.map(({ name }) => name))),
      rows: (rows) => write(terminal, rows.map(line).join('')),
      end: () => Promise.resolve(),
    };
  },
  table: (terminal, fields) => {
    const cells: string[][] = [];
    const columns = fields.map(({ name, columnType }): TableColumn => {
      return { header: name, align: NUMBERS.has(columnType.kind) ? 'right' : 'left' };
    });
    return {
      begin: () => Promise.resolve(),
      rows: (rows) => {
        cells.push(...rows.map((row) => row.map(toCellText)));
        return Promise.resolve();
      },
      end: () => printTable(terminal, columns, cells),
    };
  },
};

const NUMBERS: ReadonlySet<string> = new Set(['integer', 'float', 'decimal']);

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
