import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Long enough for a slow network; pip's own timeouts are shorter. */
const INSTALL_TIMEOUT_MS = 10 * 60_000;

/** A virtual environment with the vendors' clients, or why there is none. */
export type PythonEnvironment =
  | { readonly kind: 'ready'; readonly python: string; readonly scripts: string }
  /** Python packages are not available here, so the oracles cannot run. */
  | { readonly kind: 'absent'; readonly reason: string }
  /** Packages are available and the environment could still not be made: a failure. */
  | { readonly kind: 'broken'; readonly reason: string };

/** Makes the environment of `requirements` in a cache folder, or finds it there from an earlier run. */
export async function preparePython(requirements: string): Promise<PythonEnvironment> {
  const wanted = await readFile(requirements, 'utf8');
  const hash = createHash('sha256').update(wanted).digest('hex').slice(0, 12);
  const folder = join(process.env['ANYSESSION_ORACLES_DIR'] ?? tmpdir(), `anysession-oracles-${hash}`);
  const scripts = join(folder, process.platform === 'win32' ? 'Scripts' : 'bin');
  const ready = { kind: 'ready', python: join(scripts, 'python'), scripts } as const;
  const marker = join(folder, 'installed');
  if (existsSync(marker)) return ready;
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await run('python3', ['-m', 'venv', folder], { timeout: INSTALL_TIMEOUT_MS });
  } catch (error) {
    return { kind: 'absent', reason: `no virtual environment can be made: ${firstLine(error)}` };
  }
  try {
    await pip(ready.python, ['install', '--quiet', '--requirement', requirements]);
    await writeFile(marker, wanted);
    return ready;
  } catch (error) {
    const answers = await pip(ready.python, ['download', '--no-deps', '--dest', join(folder, 'probe'), 'pip']).then(
      () => true,
      () => false,
    );
    return { kind: answers ? 'broken' : 'absent', reason: `pip cannot install the clients: ${firstLine(error)}` };
  }
}

async function pip(python: string, words: readonly string[]): Promise<void> {
  const settled = ['-m', 'pip', '--disable-pip-version-check', '--no-input', '--retries', '1', '--timeout', '30'];
  await run(python, [...settled, ...words], { timeout: INSTALL_TIMEOUT_MS });
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n').slice(0, 2).join(' ');
}
