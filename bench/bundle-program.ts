import { build } from 'esbuild';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Below `node_modules`, so that packages are found. */
const CACHE = fileURLToPath(new URL('../node_modules/.cache/anysession-bench/', import.meta.url));

/**
 * Bundles a program of `bench/programs/` that imports the sources, so that it runs as the published package does: a loader adds a
 * name to every function that is made, and one file per module.
 * @returns the path of the program, which is removed when this process ends.
 */
export async function bundleProgram(name: string): Promise<string> {
  const outfile = `${CACHE}${process.pid}-${name}.mjs`;
  const entry = fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url));
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external' });
  process.on('exit', () => {
    rmSync(outfile, { force: true });
  });
  return outfile;
}
