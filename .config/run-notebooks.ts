/**
 * Executes every notebook of `examples/notebooks/` with the Deno kernel against the build; an error output fails.
 * Deno comes from npm and nbclient from PyPI (or, where that is out of reach, from Debian), both into a temporary folder:
 * Deno's npm package lacks binaries of other platforms and would make the lock file unusable.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DENO = 'deno@2.9.6';
const NBCLIENT = 'nbclient==0.10.2';
const EXECUTE = 'from nbclient.cli import main; main()';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NOTEBOOKS = join(ROOT, 'examples/notebooks');

function run(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
}

/** A Python that has nbclient. */
function findPython(folder: string): string {
  if (spawnSync('python3', ['-c', 'import nbclient']).status === 0) return 'python3';
  const inVenv = join(folder, 'venv/bin/python');
  if (run('python3', '-m', 'venv', join(folder, 'venv')) && run(inVenv, '-m', 'pip', 'install', '--quiet', NBCLIENT))
    return inVenv;
  if (run('apt-get', 'update') && run('apt-get', 'install', '--yes', '--no-install-recommends', 'python3-nbclient')) {
    return '/usr/bin/python3';
  }
  throw new Error('the notebooks need Python with nbclient: neither pip nor apt-get could install it');
}

/** Installs the kernel, and describes it to Jupyter. */
function prepareKernel(folder: string): void {
  execFileSync('npm', [
    'install',
    '--no-save',
    '--no-package-lock',
    '--ignore-scripts',
    '--silent',
    '--prefix',
    folder,
    DENO,
  ]);
  const kernel = join(folder, 'jupyter/kernels/deno');
  mkdirSync(kernel, { recursive: true });
  const argv = [join(folder, 'node_modules/.bin/deno'), 'jupyter', '--kernel', '--conn', '{connection_file}'];
  writeFileSync(join(kernel, 'kernel.json'), JSON.stringify({ argv, display_name: 'Deno', language: 'typescript' }));
}

const notebooks = existsSync(NOTEBOOKS) ? readdirSync(NOTEBOOKS).filter((file) => file.endsWith('.ipynb')) : [];
const failed: string[] = [];
if (notebooks.length === 0) {
  console.error('examples/notebooks holds no notebook');
  process.exitCode = 1;
} else {
  const folder = mkdtempSync(join(tmpdir(), 'anysession-notebooks-'));
  try {
    prepareKernel(folder);
    const python = findPython(folder);
    for (const notebook of notebooks) {
      const { status } = spawnSync(python, ['-c', EXECUTE, '--kernel_name=deno', '--timeout=120', notebook], {
        cwd: NOTEBOOKS,
        env: { ...process.env, JUPYTER_PATH: join(folder, 'jupyter'), DENO_NO_UPDATE_CHECK: '1' },
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      console.log(`${status === 0 ? 'ok' : 'FAILED'} ${notebook}`);
      if (status !== 0) failed.push(notebook);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (failed.length > 0) process.exitCode = 1;
}
