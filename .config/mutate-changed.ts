/**
 * `npm run mutation:changed [-- REVISION]`: mutates the files that changed since a revision, by default since the newest commit
 * that is older than a week. `npm run mutation` mutates all files.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import config from './stryker.config.json' with { type: 'json' };

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const globs = config.mutate.map((pattern) => `:(glob)${pattern}`);
const git = (...words: string[]): string => execFileSync('git', words, { cwd: ROOT, encoding: 'utf8' }).trim();

const base = process.argv[2] ?? git('rev-list', '-1', '--before=7 days ago', 'HEAD');
// Without such a commit (a shallow clone, a young repository) everything counts as changed.
const changed = base === '' ? config.mutate : git('diff', '--name-only', '--diff-filter=d', base, '--', ...globs);
const files = typeof changed === 'string' ? changed.split('\n').filter(Boolean) : changed;

if (files.length === 0) console.log(`no mutated file changed since ${base}`);
else {
  const words = ['run', '.config/stryker.config.json', '--mutate', files.join(',')];
  process.exitCode = spawnSync('npx', ['stryker', ...words], { cwd: ROOT, stdio: 'inherit' }).status ?? 1;
}
