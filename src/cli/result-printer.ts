import type { ColumnType } from '../contract/column-batch.ts';
import type { ResultField } from '../statement/result-schema.ts';
import type { Result } from '../statement/result.ts';
import type { ResultValue, RowArray } from '../statement/values/result-value.ts';
import { printTable, type TableColumn } from './table.ts';
import { print, printAsIs, type Terminal } from './terminal.ts';
import { toCellText, toCsvText, toJson, toJsonObject } from './value-text.ts';

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
          const before = `${separator}\n`;
          separator = ',';
          return (
            before + toJsonObject(fields.map(({ name, columnType }, at) => [name, toJson(row[at] ?? null, columnType)]))
          );
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
      return { header: name, align: NUMBERS.has(columnType.kind) ? 'right' : 'left' };
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

const NUMBERS: ReadonlySet<string> = new Set(['integer', 'float', 'decimal']);

function inColumns(
  fields: readonly ResultField[],
  row: RowArray,
  toText: (value: ResultValue, type: ColumnType) => string,
): string[] {
  return fields.map(({ columnType }, at) => toText(row[at] ?? null, columnType));
}
