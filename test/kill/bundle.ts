import { build } from 'esbuild';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Bundles the sources with programs of this folder, so that starting one many times takes little. Gives the file of each. */
export async function bundle<Name extends string>(
  folder: string,
  ...names: readonly Name[]
): Promise<Readonly<Record<Name, string>>> {
  symlinkSync(here('../../node_modules'), join(folder, 'node_modules'));
  await build({
    entryPoints: names.map((name) => here(`${name}.ts`)),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  });
  return Object.fromEntries(names.map((name) => [name, join(folder, `${name}.mjs`)])) as Record<Name, string>;
}
