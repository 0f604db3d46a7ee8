import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Builds `dist/` before the tests if a source is newer: tests that start the command line as a process run what was built. */
export function setup(): void {
  const sources = ['src', 'providers', 'package.json', '.config/build.ts'].map((name) => join(ROOT, name));
  if (Math.max(...sources.map(changedAtMs)) <= builtAtMs()) return;
  execFileSync(process.execPath, ['--import', 'tsx', '.config/build.ts'], { cwd: ROOT, stdio: 'inherit' });
}

function builtAtMs(): number {
  const program = join(ROOT, 'dist/src/cli/main.js');
  return existsSync(program) ? statSync(program).mtimeMs : 0;
}

/** When the newest file at or below a path was changed. */
function changedAtMs(path: string): number {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => changedAtMs(join(path, name))));
}
