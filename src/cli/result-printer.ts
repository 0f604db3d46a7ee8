import type { ResultField } from '../statement/result-schema.ts';
import type { Result } from '../statement/result.ts';
import type { RowArray } from '../statement/values/result-value.ts';
import { formatTable, type TableColumn } from './table.ts';
import { print, type Terminal } from './terminal.ts';
import { toCellText, toCsvText, toJsonValue } from './value-text.ts';

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
      begin: () => print(terminal, '['),
      rows: (rows) => {
        const text = rows.map((row) => {
          const members = fields.map(({ name }, at) => [name, toJsonValue(row[at] ?? null)] as const);
          const before = `${separator}\n`;
          separator = ',';
          return before + JSON.stringify(Object.fromEntries(members));
        });
        return print(terminal, text.join(''));
      },
      end: () => print(terminal, separator === '' ? ']\n' : '\n]\n'),
    };
  },
  csv: (terminal, fields) => {
    const line = (row: RowArray): string => `${row.map(toCsvText).join(',')}\r\n`;
    return {
      begin: () => print(terminal, line(fields.map(({ name }) => name))),
      rows: (rows) => print(terminal, rows.map(line).join('')),
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
      end: () => print(terminal, formatTable(columns, cells, terminal.stdout.columns)),
    };
  },
};

const NUMBERS: ReadonlySet<string> = new Set(['integer', 'float', 'decimal']);
