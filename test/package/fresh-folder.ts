import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const run = promisify(execFile);

/** A package as `npm pack` makes it. */
export interface Tarball {
  readonly file: string;
  /** What is in it. */
  readonly paths: readonly string[];
}

/** Packs this package as it is built now. */
export async function pack(folder: string): Promise<Tarball> {
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: ROOT,
  });
  const [packed] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  return { file: join(folder, packed.filename), paths: packed.files.map(({ path }) => path) };
}

/** A new empty folder; whoever asks for it removes it. */
export function emptyFolder(): string {
  return mkdtempSync(join(tmpdir(), 'anysession-package-'));
}

/** Installs packages in a folder as an application of ES modules. */
export async function install(folder: string, packages: readonly string[]): Promise<void> {
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  await run('npm', ['install', '--no-audit', '--no-fund', ...packages], { cwd: folder });
}
