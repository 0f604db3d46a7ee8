import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { athena } from './athena.ts';
import { cloud, CLOUDS } from './clouds.ts';
import { PROGRAM, run } from './process.ts';

/** A state folder that cannot be used. */
function unusableState(): string {
  const state = temporaryFolder();
  mkdirSync(state, { recursive: true });
  writeFileSync(join(state, 'anysession'), 'a file in the place of the folder');
  return state;
}

it.for([
  [['start'], 'warning: cannot record on this host who holds a session'],
  [['sweep'], 'warning: the records of session holders cannot be read'],
] as const)(
  '%j warns when it cannot use the records of this host',
  { timeout: 60_000 },
  async ([words, warning], context) => {
    const { expect } = context;
    const { cwd } = await athena(0, context);
    const env = { XDG_STATE_HOME: unusableState(), ANYSESSION_LOG: '' };
    const plain = await run([...PROGRAM, ...words], { cwd, env }).ended;
    expect(plain.code).toBe(0);
    expect(plain.stderr.split('\n').filter((line) => line.startsWith(warning))).toHaveLength(1);
    const json = await run([...PROGRAM, ...words, '--json'], { cwd, env }).ended;
    const lines = json.stderr.split('\n').filter(Boolean);
    expect(lines.map((line) => Object.keys(JSON.parse(line) as object)[0])).toContain('warning');
  },
);

it.for(CLOUDS)('--verbose prints each call of %s with its duration', { timeout: 60_000 }, async (name, context) => {
  const { expect } = context;
  const { run } = await cloud(name, context);
  expect((await run(['list', '--verbose'])).stderr).toMatch(/^debug: listPage took \d+ ms$/m);
  const { stderr } = await run(['describe', 'key:none', '--verbose', '--json']);
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  const texts = lines.map(({ debug }) => debug);
  expect(texts).toContainEqual(expect.stringMatching(/^ListSessions was answered in \d+ ms$/));
  expect(texts).toContainEqual(expect.stringMatching(/^listPage took \d+ ms$/));
  expect((await run(['list'])).stderr).toBe('');
});
