import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../test/kill/bundle.ts';

/**
 * Bundles a program of `bench/programs/` that imports the sources, so that it runs as the published package does: a loader adds a
 * name to every function that is made, and one file per module.
 * @returns the path of the program, which is removed when this process ends.
 */
export async function bundleProgram(name: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'anysession-bench-'));
  process.on('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  await bundle(folder, `../../bench/programs/${name}`);
  return join(folder, `${name}.mjs`);
}
