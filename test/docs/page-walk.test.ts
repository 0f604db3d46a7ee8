import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { run } from '../cli/process.ts';
import { pageBlocks } from '../clients/page-blocks.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const GUIDE = join(ROOT, 'docs/guide');
const END = '=== end of a block';

/** The pages whose shell blocks a reader runs one after the other, in one shell. */
const PAGES = readdirSync(GUIDE)
  .map((name) => ({ name, blocks: pageBlocks(readFileSync(join(GUIDE, name), 'utf8')) }))
  .filter(({ blocks }) => blocks.runs.some(({ clients }) => clients.includes('shell')));

/** A folder in which this package is installed, as built, and programs that install nothing and run it. */
function prepare(files: ReadonlyMap<string, string>): string {
  const folder = temporaryFolder();
  const write = (name: string, text: string, mode = 0o644): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), mode);
  };
  for (const [name, text] of files) write(name, text);
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules/anysession'));
  // `npm run package-check` installs the packed package with npm and runs the three commands again.
  write('bin/npm', '#!/bin/sh\n', 0o755);
  const main = join(ROOT, 'dist/src/cli/main.js');
  write('bin/npx', `#!/bin/sh\nshift\nexec '${process.execPath}' '${main}' "$@"\n`, 0o755);
  return folder;
}

describe('the blocks of a page run one after the other, as they are written', { timeout: 120_000 }, () => {
  it('are on the pages for a first try', () => {
    expect(PAGES.map(({ name }) => name)).toEqual(expect.arrayContaining(['try-without-a-cloud.md', 'tutorial.md']));
  });

  it('are in the README too, where it says the same', () => {
    const first = PAGES.find(({ name }) => name === 'try-without-a-cloud.md')?.blocks.runs[0]?.command ?? 'nothing';
    expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain(first);
  });

  it.each(PAGES)('$name', async ({ blocks: { files, runs } }) => {
    const cwd = prepare(files);
    const script = runs.map(({ command }) => `${command}\necho '${END}'\n`).join('');
    const stop = `trap 'kill "$ANYSESSION_EMULATOR_PID" 2>/dev/null' EXIT\n`;
    const env = { PATH: `${join(cwd, 'bin')}:${process.env['PATH'] ?? ''}`, HOME: cwd };
    const { code, stdout, stderr } = await run(['bash', '-euc', stop + script], { cwd, env, onTestFinished }).ended;
    expect(code, `${stdout}\n${stderr}`).toBe(0);
    const printed = stdout.split(`${END}\n`);
    for (const [index, { command, prints }] of runs.entries()) expect(printed[index], command).toContain(prints);
  });
});
