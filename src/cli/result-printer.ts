import type { ColumnType } from '../contract/column-batch.ts';
import { SessionError } from '../contract/session-error.ts';
import type { ResultField } from '../statement/result-schema.ts';
import type { Result } from '../statement/result.ts';
import type { ResultValue, RowArray } from '../statement/values/result-value.ts';
import { printTable, toTabLine, type TableColumn } from './table.ts';
import { print, printAsIs, type Terminal } from './terminal.ts';
import { toCellText, toCsvText, toJson, toJsonObject } from './value-text.ts';

/** How rows are written. */
export type ResultFormat = 'table' | 'tsv' | 'csv' | 'json' | 'jsonl' | 'arrow';

/** Most rows of a table unless `--rows` says otherwise: a table is held in memory and read by a person. */
export const TABLE_ROWS = 1000;

/** How many rows were written, and whether there were more. */
export interface PrintedRows {
  /** `undefined` where rows are not counted. */
  readonly rowCount: number | undefined;
  readonly more: boolean;
}

/** Writes a result to stdout, batch by batch where the format allows it, and stops the engine once it has enough. */
export async function printResult(
  terminal: Terminal,
  result: Result,
  { format, maxRows }: { readonly format: ResultFormat; readonly maxRows: number | undefined },
): Promise<PrintedRows> {
  if (format === 'arrow') return printArrow(terminal, result);
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

/** Writes an Arrow IPC stream, which is never cut. */
async function printArrow(terminal: Terminal, result: Result): Promise<PrintedRows> {
  for await (const piece of result.ipcStream()) await printAsIs(terminal, piece);
  return { rowCount: undefined, more: false };
}

/** What stands between the results of two statements. */
const SEPARATORS: Readonly<Partial<Record<ResultFormat, string>>> = { table: '\n', tsv: '\n', csv: '\r\n' };

/**
 * Writes what stands between the results of two statements.
 * @throws SessionError `invalid-request` where a file holds one result only.
 */
export async function separateResults(terminal: Terminal, format: ResultFormat): Promise<void> {
  if (format === 'arrow') {
    const message = 'An Arrow file holds one result, and a second statement has one too. Write each to its own file';
    throw new SessionError('invalid-request', message, { operation: 'sql' });
  }
  await printAsIs(terminal, SEPARATORS[format] ?? '');
}

interface RowWriter {
  begin(): Promise<void>;
  rows(rows: readonly RowArray[]): Promise<void>;
  end(): Promise<void>;
}

const WRITERS: Readonly<
  Record<Exclude<ResultFormat, 'arrow'>, (terminal: Terminal, fields: readonly ResultField[]) => RowWriter>
> = {
  json: (terminal, fields) => {
    let separator = '';
    return {
      begin: () => printAsIs(terminal, '['),
      rows: (rows) => {
        const text = rows.map((row) => {
          const before = `${separator}\n`;
          separator = ',';
          return before + toJsonRow(fields, row);
        });
        return printAsIs(terminal, text.join(''));
      },
      end: () => printAsIs(terminal, separator === '' ? ']\n' : '\n]\n'),
    };
  },
  jsonl: (terminal, fields) => ({
    begin: () => Promise.resolve(),
    rows: (rows) => printAsIs(terminal, rows.map((row) => `${toJsonRow(fields, row)}\n`).join('')),
    end: () => Promise.resolve(),
  }),
  tsv: (terminal, fields) => {
    const line = (texts: readonly string[]): string => (texts.length === 0 ? '' : toTabLine(texts));
    return {
      begin: () => printAsIs(terminal, line(fields.map(({ name }) => name))),
      rows: (rows) => printAsIs(terminal, rows.map((row) => line(inColumns(fields, row, toCellText))).join('')),
      end: () => Promise.resolve(),
    };
  },
  csv: (terminal, fields) => {
    // A file or a pipe gets the data as they are.
    const write = terminal.stdout.isTTY === true ? print : printAsIs;
    // DDL has no columns.
    const line = (texts: readonly string[]): string => (texts.length === 0 ? '' : `${texts.join(',')}\r\n`);
    const names = fields.map(({ name }) => toCsvText(name, { kind: 'text' }));
    return {
      begin: () => write(terminal, line(names)),
      rows: (rows) => write(terminal, rows.map((row) => line(inColumns(fields, row, toCsvText))).join('')),
      end: () => Promise.resolve(),
    };
  },
  table: (terminal, fields) => {
    const cells: string[][] = [];
    const columns = fields.map(({ name, columnType }): TableColumn => {
      const { kind } = columnType;
      return { header: name, align: NUMBERS.has(kind) ? 'right' : 'left', isWhole: WHOLE.has(kind) };
    });
    return {
      begin: () => Promise.resolve(),
      rows: (rows) => {
        cells.push(...rows.map((row) => inColumns(fields, row, toCellText)));
        return Promise.resolve();
      },
      end: () => printTable(terminal, columns, cells),
    };
  },
};

function toJsonRow(fields: readonly ResultField[], row: RowArray): string {
  return toJsonObject(fields.map(({ name, columnType }, at) => [name, toJson(row[at] ?? null, columnType)]));
}

const NUMBERS: ReadonlySet<string> = new Set(['integer', 'float', 'decimal']);

/** A value of these without its last digits is another value. */
const WHOLE: ReadonlySet<string> = new Set([...NUMBERS, 'date', 'time', 'timestamp', 'interval', 'duration', 'months']);

function inColumns(
  fields: readonly ResultField[],
  row: RowArray,
  toText: (value: ResultValue, type: ColumnType) => string,
): string[] {
  return fields.map(({ columnType }, at) => toText(row[at] ?? null, columnType));
}
