import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { formatTable, type TableColumn } from '../../src/cli/table.ts';

const COLUMNS: readonly TableColumn[] = [
  { header: 'name', align: 'left' },
  { header: 'late', align: 'right' },
];

const lines = (...text: readonly string[]): string => text.map((line) => `${line}\n`).join('');

describe('formatTable', () => {
  it('aligns texts left and numbers right', () => {
    expect(
      formatTable(COLUMNS, [
        ['AA', '8.5'],
        ['Hawaiian', '-10.25'],
      ]),
    ).toBe(lines('name        late', '────────  ──────', 'AA           8.5', 'Hawaiian  -10.25'));
  });

  it('shows the header of a table without rows', () => {
    expect(formatTable(COLUMNS, [])).toBe(lines('name  late', '────  ────'));
  });

  it('cuts the widest columns first when the terminal is too narrow, and leaves narrow ones whole', () => {
    const columns = ['a', 'b', 'c'].map((header) => ({ header, align: 'left' }) as const);
    expect(formatTable(columns, [['12345', 'a long text that goes on', 'another long text that goes on']], 33)).toBe(
      lines('a      b             c', '─────  ────────────  ────────────', '12345  a long text…  another lon…'),
    );
  });

  it.each([
    [60, ['id                        n  text', '──────────────────────  ───  ────────────────────────────────']],
    [30, ['id    9d0f1a7c-42aa-4c1b-8e', 'n     123', 'text  a long text that goes on and on and on']],
  ])('prints a row below each other where cells that are never cut do not fit (%i columns)', (width, first) => {
    const columns = [{ header: 'id', isWhole: true }, { header: 'n', align: 'right', isWhole: true }, 'text'] as const;
    const row = ['9d0f1a7c-42aa-4c1b-8e', '123', 'a long text that goes on and on and on'];
    const text = formatTable(columns, [row, row], width);
    for (const cell of row.slice(0, 2)) expect(text.split(cell)).toHaveLength(3);
    if (width === 30) expect(text).toBe(`${first.join('\n')}\n\n${first.join('\n')}\n`);
    else expect(text.split('\n')[0]?.startsWith('id')).toBe(true);
  });

  it('does not cut where the width is not known', () => {
    const text = 'x'.repeat(500);
    expect(formatTable(COLUMNS, [[text, '1']])).toContain(text);
  });

  it('keeps data from moving the cursor, changing colours and breaking lines', () => {
    const text = formatTable(COLUMNS, [['\u001B[31mred\u001B[0m\nnext\tcell\u0007\r\nend', '1']]);
    expect(text.split('\n')[2]).toBe('red↵next cell·↵end     1');
  });

  it('counts wide and combined characters as terminals draw them', () => {
    const rows = [
      ['東京', '1'],
      ['a\u0301e', '2'],
      ['👩‍👧', '3'],
      ['abcd', '4'],
    ];
    expect(formatTable(COLUMNS, rows)).toBe(
      lines('name  late', '────  ────', '東京     1', 'a\u0301e       2', '👩‍👧       3', 'abcd     4'),
    );
    expect(formatTable(COLUMNS.slice(0, 1), [['東京東京東京']], 6)).toContain('東京…');
  });

  it.each([
    ['half-width kana', 'ｶﾅ', 2],
    ['Yi', 'ꀀꀁ', 4],
    ['a fullwidth sign', '￥5', 3],
    ['Hangul', '한글', 4],
    ['a flag', '🇨🇭', 2],
    ['a sign drawn as an emoji', '☺️', 2],
    ['a zero-width space', 'a\u200Bb', 2],
    ['Greek', 'αβγ', 3],
  ])('measures %s as terminals draw it', (_, text, width) => {
    expect(formatTable(['name', 'n'], [[text, '1']]).split('\n')[2]).toBe(`${text}${' '.repeat(4 - width)}  1`);
  });

  it('is nothing without columns', () => {
    expect(formatTable([], [])).toBe('');
  });

  it('is never wider than the terminal while every column can have four characters', () => {
    const cell = fc.string({ maxLength: 60 });
    fc.assert(
      fc.property(
        fc.array(cell, { minLength: 1, maxLength: 6 }).chain((headers) =>
          fc.record({
            headers: fc.constant(headers),
            rows: fc.array(fc.array(cell, { minLength: headers.length, maxLength: headers.length }), { maxLength: 5 }),
            width: fc.integer({ min: headers.length * 6, max: 120 }),
          }),
        ),
        ({ headers, rows, width }) => {
          const columns = headers.map((header) => ({ header, align: 'left' }) as const);
          const text = formatTable(columns, rows, width);
          expect(text.split('\n')).toHaveLength(rows.length + 3);
          for (const line of text.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(width);
        },
      ),
      { numRuns: 500 },
    );
  });
});
