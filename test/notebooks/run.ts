/**
 * `npm run notebooks [-- FILES]`: executes the notebooks of `examples/notebooks/` headless, on Sail and on emulated clouds, and compares
 * their outputs with those in the files. `NOTEBOOKS=write npm run notebooks` writes the outputs into the files instead.
 *
 * Python packages come from pip, and Deno from npm into a cache folder: Deno's npm package lacks binaries of other platforms and would
 * make the lock file unusable.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HOME_VARIABLES } from '../engines/engine-homes.ts';
import { preparePython } from '../oracles/python-environment.ts';
import { VARIABLES } from './workplace.ts';

const DENO = 'deno@2.9.6';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

function prepareDeno(): string {
  const folder = join(process.env['ANYSESSION_ORACLES_DIR'] ?? tmpdir(), `anysession-${DENO.replace('@', '-')}`);
  const program = join(folder, 'node_modules/.bin/deno');
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    const options = ['--no-save', '--no-package-lock', '--ignore-scripts', '--silent', '--prefix', folder];
    execFileSync('npm', ['install', ...options, DENO], { stdio: 'inherit' });
  }
  return program;
}

async function python(requirements: string): Promise<string> {
  const environment = await preparePython(path(requirements));
  if (environment.kind === 'ready') return environment.python;
  throw new Error(`The notebooks did not run: ${environment.reason}`);
}

const env = {
  ...process.env,
  [HOME_VARIABLES.python]: await python('../engines/requirements.txt'),
  [VARIABLES.python]: await python('requirements.txt'),
  [VARIABLES.deno]: prepareDeno(),
};
const words = [
  path('../../node_modules/vitest/vitest.mjs'),
  'run',
  '--config',
  path('../../.config/notebooks.config.ts'),
];
const child = spawn(process.execPath, [...words, ...process.argv.slice(2)], { stdio: 'inherit', env });
const [code] = (await once(child, 'close')) as [number | null];
process.exitCode = code ?? 1;
