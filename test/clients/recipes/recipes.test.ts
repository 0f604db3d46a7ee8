import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PROGRAM, quoted, run } from '../../cli/process.ts';
import { pythonFor } from '../../engines/engine-homes.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { installedClients } from '../clients.ts';
import { RECIPES } from './recipes.ts';

const PYTHON = fileURLToPath(new URL('../../../examples/python', import.meta.url));
const PAGE = readFileSync(new URL('../../../docs/guide/python-tests.md', import.meta.url), 'utf8');
const installed = installedClients();

/** A copy of the recipes as a reader has it, with a program `npx` that runs this command line. */
function prepare(): string {
  const folder = temporaryFolder();
  cpSync(PYTHON, folder, { recursive: true });
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin/npx'), `#!/bin/sh\nshift\nexec ${quoted(PROGRAM)} "$@"\n`);
  chmodSync(join(folder, 'bin/npx'), 0o755);
  return folder;
}

const CASES = Object.entries(RECIPES).flatMap(([name, { files }]) =>
  files.filter(() => name in installed).map((file) => ({ file, python: installed[name] ?? '' })),
);

describe('the recipes for Python tests', { timeout: 300_000 }, () => {
  it.each(CASES)('$file passes', async ({ file, python }) => {
    const cwd = prepare();
    // Sail is where the reader's `anysession engines install sail` puts it: on the PATH here.
    const path = [join(cwd, 'bin'), dirname(python), dirname(pythonFor('sail')), process.env['PATH']].join(':');
    const env = {
      ...{ PATH: path, HOME: cwd, AIRFLOW_HOME: join(cwd, 'airflow'), PYTHONDONTWRITEBYTECODE: '1' },
      DBT_SEND_ANONYMOUS_USAGE_STATS: 'false',
    };
    const words = [python, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', file];
    const { code, stdout, stderr } = await run(words, { cwd, onTestFinished, detached: true, env }).ended;
    expect(code, `${stdout}\n${stderr}`).toBe(0);
    expect(stdout).toMatch(/\b[1-9]\d* passed/);
    expect(stdout).not.toMatch(/failed|skipped/);
  });

  it('are all run, and all on the page', () => {
    const files = readdirSync(PYTHON).filter((file) => /^test_.*\.py$/.test(file));
    expect(
      Object.values(RECIPES)
        .flatMap((recipe) => recipe.files)
        .sort(),
    ).toEqual(files.sort());
    expect(files.filter((file) => !PAGE.includes(`<!-- code: examples/python/${file} -->`))).toEqual([]);
  });
});
