import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = 'docs/guide/what-happens-when.md';
const rows = readFileSync(join(ROOT, PAGE), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (-+|What happens) /.test(line));

describe('what happens when', () => {
  it('has a row for many faults', () => {
    expect(rows.length).toBeGreaterThan(30);
  });

  it.each(rows)('is shown by a test: %s', (row) => {
    const witnesses = Array.from(row.matchAll(/\[`([^`]+)`\]\(\.\.\/\.\.\/test\/([^)]+)\)/g));
    expect(witnesses.length).toBeGreaterThan(0);
    for (const [, title = '', file = ''] of witnesses) {
      const path = join(ROOT, 'test', file);
      expect(existsSync(path), file).toBe(true);
      expect(readFileSync(path, 'utf8'), title).toContain(title);
    }
  });
});
