import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PICTURES, RECORD, sourceHashes } from '../../.config/picture-sources.ts';
import { terminalLines, toSvg } from '../../.config/terminal-picture.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { ROOT } from './document-blocks.ts';

/** What differs at each run: amounts, ages, and the ids that the emulator draws. Columns move with them. */
const withoutFigures = (svg: string): string => svg.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|\d[\d.]*|\s+/g, ' ');

describe('the pictures of the README show what is there now; `tsx .config/make-pictures.ts` makes them', () => {
  it('are all there', () => {
    const shown = Array.from(
      readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/!\[.+\]\((.+)\)/g),
      ([, file]) => file,
    );
    expect(shown).toEqual(['notebook.png', 'terminal.svg', 'site.png'].map((name) => `docs/pictures/${name}`));
    expect(shown.filter((file = '') => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  it('of the notebook and the site were made from these files', () => {
    expect(JSON.parse(readFileSync(RECORD, 'utf8'))).toEqual(sourceHashes());
  });

  it('of the terminal has what the commands print', { timeout: 60_000 }, async () => {
    const committed = readFileSync(join(PICTURES, 'terminal.svg'), 'utf8');
    expect(withoutFigures(toSvg(await terminalLines(temporaryFolder())))).toBe(withoutFigures(committed));
  });
});
