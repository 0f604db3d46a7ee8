/**
 * `npm run mutation`: mutates all files. `npm run mutation:changed [-- REVISION]`: those that changed since a revision, by default
 * since the newest commit that is older than a week, the latest changes first and only as many as CI has time for.
 *
 * Records and sweeps have their own tests, with sockets and with emulated clouds: they would be slow judges of everything else.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import config from './stryker.config.json' with { type: 'json' };

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Mutated lines that CI has time for. Tests with sockets and clouds take seconds per mutant: only `npm run mutation` has time for those. */
const MOST_CHANGED_LINES = 1_000;

type Judge = 'core' | 'records' | 'sweeps';

const git = (...words: string[]): string => execFileSync('git', words, { cwd: ROOT, encoding: 'utf8' }).trim();
const globs = config.mutate.map((pattern) => `:(glob)${pattern}`);
const judgeOf = (file: string): Judge => {
  if (/sweep|judged/.test(file)) return 'sweeps';
  return file.startsWith('src/ownership/') ? 'records' : 'core';
};

/** The files to mutate. */
function chosenFiles(): readonly string[] {
  const [mode, revision] = process.argv.slice(2);
  if (mode === '--all') return git('ls-files', '--', ...globs).split('\n');
  const base = revision ?? git('rev-list', '-1', '--before=7 days ago', 'HEAD');
  // Without such a commit (a shallow clone, a young repository) everything counts as changed.
  const changed =
    base === '' ? git('ls-files', '--', ...globs) : git('diff', '--name-only', '--diff-filter=d', base, '--', ...globs);
  return latest(changed.split('\n').filter(Boolean));
}

/** The latest changes that are fast to judge, up to the lines that CI has time for. */
function latest(files: readonly string[]): readonly string[] {
  const changedAt = new Map(files.map((file) => [file, Number(git('log', '-1', '--format=%ct', '--', file))]));
  let left = MOST_CHANGED_LINES;
  return files
    .filter((file) => judgeOf(file) === 'core')
    .toSorted((a, b) => (changedAt.get(b) ?? 0) - (changedAt.get(a) ?? 0))
    .filter((file) => {
      const lines = readFileSync(join(ROOT, file), 'utf8').split('\n').length;
      if (lines > left) return false;
      left -= lines;
      return true;
    });
}

const files = chosenFiles();
if (files.length === 0) console.log('no mutated file has changed');
for (const judge of ['core', 'records', 'sweeps'] as const) {
  const mutated = files.filter((file) => judgeOf(file) === judge);
  if (mutated.length === 0) continue;
  const words = ['run', '.config/stryker.config.json', '--mutate', mutated.join(',')];
  const env = { ...process.env, ANYSESSION_MUTATED: judge };
  if (spawnSync('npx', ['stryker', ...words], { cwd: ROOT, env, stdio: 'inherit' }).status !== 0) process.exitCode = 1;
}
