import { cutTo, displayWidth } from './display-width.ts';
import { printable } from './printable.ts';
import { columnsOf, printAsIs, type Terminal } from './terminal.ts';

/** One column of a table: its header, aligned to the left unless `align` is given. */
export type TableColumn = string | { readonly header: string; readonly align: 'left' | 'right' };

const GAP = '  ';
const NARROWEST = 4;

/** Writes a table that fits the terminal. */
export function printTable(
  terminal: Terminal,
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
): Promise<void> {
  return printAsIs(terminal, formatTable(columns, rows, columnsOf(terminal)));
}

/**
 * Rows as aligned text, a line each.
 * @param width - how many characters a line may have; columns that are too wide for it are cut with `…`
 */
export function formatTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  width?: number,
): string {
  // DDL has no columns.
  if (columns.length === 0) return '';
  const cells = [columns.map((column) => (typeof column === 'string' ? column : column.header)), ...rows].map((row) =>
    row.map(printable),
  );
  const natural = columns.map((_, at) =>
    cells.reduce((widest, row) => Math.max(widest, displayWidth(row[at] ?? '')), 0),
  );
  const widths = width === undefined ? natural : fitted(natural, width - GAP.length * (columns.length - 1));
  const lines = cells.map((row) => line(columns, row, widths));
  const rule = widths.map((columnWidth) => '─'.repeat(columnWidth)).join(GAP);
  return [lines[0], rule, ...lines.slice(1)].map((text) => `${text ?? ''}\n`).join('');
}

/** The widths cut down to one common limit, so that narrow columns stay whole. */
function fitted(natural: readonly number[], space: number): readonly number[] {
  let limit = Math.max(NARROWEST, ...natural);
  const cut = (): readonly number[] => natural.map((width) => Math.min(width, limit));
  while (limit > NARROWEST && cut().reduce((sum, width) => sum + width, 0) > space) limit--;
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
