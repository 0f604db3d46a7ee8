import { cutTo, displayWidth } from './display-width.ts';
import { printable } from './printable.ts';
import { columnsOf, printAsIs, type Terminal } from './terminal.ts';

/** One column of a table: its header, and how its cells are written. */
export type TableColumn =
  | string
  | {
      readonly header: string;
      /** `left` by default. */
      readonly align?: 'left' | 'right';
      /** Its cells are never cut: an id, a number or a date without its last digits is another one. */
      readonly isWhole?: boolean;
    };

const GAP = '  ';
const NARROWEST = 4;

/** Writes a table that fits the terminal; to a file or a pipe, a line per row with tabs between the cells. */
export function printTable(
  terminal: Terminal,
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
): Promise<void> {
  if (terminal.stdout.isTTY !== true) {
    return printAsIs(terminal, [columns.map(headerOf), ...rows].map(toTabLine).join(''));
  }
  return printAsIs(terminal, formatTable(columns, rows, columnsOf(terminal)));
}

/** A row for `cut` and `awk`: tabs and line breaks in a cell are replaced. */
export function toTabLine(cells: readonly string[]): string {
  return `${cells.map(printable).join('\t')}\n`;
}

/**
 * Rows as aligned text, a line each; below each other, a line per cell, where the whole cells of a row do not fit.
 * @param width - how many characters a line may have; columns that are too wide for it are cut with `…`
 */
export function formatTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  width?: number,
): string {
  // DDL has no columns.
  if (columns.length === 0) return '';
  const cells = [columns.map(headerOf), ...rows].map((row) => row.map(printable));
  const natural = columns.map((_, at) =>
    cells.reduce((widest, row) => Math.max(widest, displayWidth(row[at] ?? '')), 0),
  );
  const space = width === undefined ? Number.POSITIVE_INFINITY : width - GAP.length * (columns.length - 1);
  const widths = fitted(natural, columns.map(isWhole), space);
  if (sum(widths) > space) return formatVertically(cells);
  const lines = cells.map((row) => line(columns, row, widths));
  const rule = widths.map((columnWidth) => '─'.repeat(columnWidth)).join(GAP);
  return [lines[0], rule, ...lines.slice(1)].map((text) => `${text ?? ''}\n`).join('');
}

/** Each row as lines of a name and a value, with an empty line between rows. Only the terminal may break a line. */
function formatVertically([headers = [], ...rows]: readonly (readonly string[])[]): string {
  const nameWidth = Math.max(...headers.map(displayWidth));
  const names = headers.map((header) => header + ' '.repeat(nameWidth - displayWidth(header)));
  return rows
    .map((row) => names.map((name, at) => `${name}${GAP}${row[at] ?? ''}`.trimEnd() + '\n').join(''))
    .join('\n');
}

function headerOf(column: TableColumn): string {
  return typeof column === 'string' ? column : column.header;
}

function isWhole(column: TableColumn): boolean {
  return typeof column === 'object' && column.isWhole === true;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** The widths cut down to one common limit, so that narrow columns stay whole. */
function fitted(natural: readonly number[], whole: readonly boolean[], space: number): readonly number[] {
  let limit = Math.max(NARROWEST, ...natural);
  const cut = (): readonly number[] =>
    natural.map((width, at) => (whole[at] === true ? width : Math.min(width, limit)));
  while (limit > NARROWEST && sum(cut()) > space) limit--;
  return cut();
}

function line(columns: readonly TableColumn[], row: readonly string[], widths: readonly number[]): string {
  const padded = columns.map((column, at) => {
    const width = widths[at] ?? 0;
    const text = cutTo(row[at] ?? '', width);
    const space = ' '.repeat(width - displayWidth(text));
    return typeof column === 'object' && column.align === 'right' ? space + text : text + space;
  });
  return padded.join(GAP).trimEnd();
}
