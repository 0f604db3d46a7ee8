import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** The rows of the first table below a text, however their columns are padded. */
function tableAfter(marker: string, file: string): string[] {
  const text = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
  const lines = text.slice(text.indexOf(marker)).split('\n');
  const first = lines.findIndex((line) => line.includes('|'));
  const rows = lines.slice(
    first,
    lines.findIndex((line, at) => at > first && !line.includes('|')),
  );
  return rows.map((row) =>
    row
      .replace(/^ \* /, '')
      .replace(/ {2,}/g, ' ')
      .replace(/-{3,}/g, '---')
      .replace(/\| ---/g, '|---')
      .replace(/--- \|/g, '---|'),
  );
}

it('the guide shows the very table of values that the code shows', () => {
  const inCode = tableAfter('A value in a row', 'src/statement/values/result-value.ts');
  expect(inCode.length).toBeGreaterThan(15);
  expect(tableAfter('## Values', 'docs/guide/sql-and-results.md')).toEqual(inCode);
});
