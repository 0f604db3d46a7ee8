import type { ColumnType } from '../contract/column-batch.ts';
import { escapeHtml, type NotebookDisplay } from '../provider-kit/notebook-display.ts';
import type { ResultSchema } from './result-schema.ts';
import type { ResultValue, RowArray } from './values/result-value.ts';

/** Rows of one page of the table. */
const PAGE_ROWS = 25;

/** Rows that a notebook keeps of a result: its file holds them all. */
const MOST_ROWS = 200;

/** Characters of a value that are shown. */
const MOST_CHARACTERS = 200;

/** What a notebook shows of a result: its columns with their types, and the first rows in pages that open without a script. */
export function resultDisplay({ fields }: ResultSchema, rows: readonly RowArray[]): NotebookDisplay {
  const shown = rows.slice(0, MOST_ROWS);
  const total = `${rows.length.toLocaleString('en')} ${rows.length === 1 ? 'row' : 'rows'}`;
  const count = shown.length < rows.length ? `${total}, the first ${shown.length} are shown` : total;
  const align = fields.map(({ columnType }) => `style="text-align: ${isNumber(columnType) ? 'right' : 'left'}"`);
  const head = fields.map(
    ({ name, type }, at) =>
      `<th ${align[at]}>${escapeHtml(name)}<br><small style="font-weight: normal">${escapeHtml(type)}</small></th>`,
  );
  const line = (row: RowArray): string =>
    `<tr>${row.map((value, at) => `<td ${align[at]}>${cellHtml(value)}</td>`).join('')}</tr>`;
  const table = (page: readonly RowArray[]): string =>
    `<table><thead><tr>${head.join('')}</tr></thead><tbody>${page.map(line).join('')}</tbody></table>`;
  const pages = Array.from({ length: Math.max(1, Math.ceil(shown.length / PAGE_ROWS)) }, (_, at) => {
    const page = shown.slice(at * PAGE_ROWS, (at + 1) * PAGE_ROWS);
    if (at === 0) return table(page);
    const from = at * PAGE_ROWS + 1;
    return `<details><summary>rows ${from} to ${from + page.length - 1}</summary>${table(page)}</details>`;
  });
  const plain = [
    fields.map(({ name, type }) => `${name}: ${type}`),
    ...shown.slice(0, PAGE_ROWS).map((row) => row.map(cellText)),
  ];
  return {
    'text/plain': [...plain.map((cells) => cells.join(' | ')), count].join('\n'),
    'text/html': `${pages.join('')}<p><small>${count}</small></p>`,
  };
}

function isNumber({ kind }: ColumnType): boolean {
  return kind === 'integer' || kind === 'float' || kind === 'decimal';
}

function cellHtml(value: ResultValue): string {
  return value === null ? '<i>NULL</i>' : escapeHtml(cellText(value));
}

/** A value in a cell: nested ones as JSON, bytes as hexadecimal digits. */
function cellText(value: ResultValue): string {
  const text = textOf(value);
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}

function textOf(value: ResultValue): string {
  if (value === null) return 'NULL';
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`;
  if (typeof value !== 'object') return Object.is(value, -0) ? '-0' : String(value);
  return JSON.stringify(value, (_, member: ResultValue) =>
    typeof member === 'bigint' || member instanceof Uint8Array ? textOf(member) : member,
  );
}
