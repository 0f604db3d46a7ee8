import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { run } from '../cli/process.ts';
import { pageBlocks } from '../clients/page-blocks.ts';
import { ROOT } from './document-blocks.ts';
import { reader } from './reader.ts';

const GUIDE = join(ROOT, 'docs/guide');
const END = '=== end of a block';

/** The pages whose shell blocks a reader runs one after the other, in one shell. */
const PAGES = readdirSync(GUIDE)
  .map((name) => ({ name, blocks: pageBlocks(readFileSync(join(GUIDE, name), 'utf8')) }))
  .filter(({ blocks }) => blocks.runs.some(({ clients }) => clients.includes('shell')));

describe('the blocks of a page run one after the other, as they are written', { timeout: 120_000 }, () => {
  it('are on the pages for a first try', () => {
    expect(PAGES.map(({ name }) => name)).toEqual(expect.arrayContaining(['try-without-a-cloud.md', 'tutorial.md']));
  });

  it('are in the README too, where it says the same', () => {
    const first = PAGES.find(({ name }) => name === 'try-without-a-cloud.md')?.blocks.runs[0]?.command ?? 'nothing';
    expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain(first);
  });

  it.each(PAGES)('$name', async ({ blocks: { files, runs } }) => {
    const { cwd, env } = reader(files);
    const script = runs.map(({ command }) => `${command}\necho '${END}'\n`).join('');
    const stop = `trap 'kill "$ANYSESSION_EMULATOR_PID" 2>/dev/null' EXIT\n`;
    const { code, stdout, stderr } = await run(['bash', '-euc', stop + script], { cwd, env, onTestFinished }).ended;
    expect(code, `${stdout}\n${stderr}`).toBe(0);
    const printed = stdout.split(`${END}\n`);
    for (const [index, { command, prints }] of runs.entries()) expect(printed[index], command).toContain(prints);
  });
});
