/**
 * Builds `dist/`: the declarations by the TypeScript compiler, one per source file, and the code by esbuild, one file per entry point and
 * chunks for what they share. Loading hundreds of small modules is what a start costs most; `npm run bench -- cold` shows it.
 */
import { build as esbuild } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'dist');

interface Manifest {
  readonly exports: Readonly<Record<string, { readonly default: string } | string | null>>;
  readonly bin: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;

/** The modules that package.json names. */
function entryPoints(): string[] {
  const providers = readdirSync(join(ROOT, 'providers')).filter((id) => !id.startsWith('_'));
  const exported = Object.values(manifest.exports).flatMap((target) =>
    typeof target === 'object' && target !== null ? [target.default] : [],
  );
  return [...exported, ...Object.values(manifest.bin)]
    .flatMap((path) => (path.includes('*') ? providers.map((id) => path.replace('*', id)) : [path]))
    .map((path) => path.replace('./dist/', './').replace(/\.js$/, '.ts'));
}

rmSync(DIST, { recursive: true, force: true });
execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', '.config/tsconfig.build.json'], {
  cwd: ROOT,
  stdio: 'inherit',
});
await esbuild({
  absWorkingDir: ROOT,
  entryPoints: entryPoints(),
  outdir: DIST,
  outbase: '.',
  bundle: true,
  splitting: true,
  chunkNames: 'src/chunks/[name]-[hash]',
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  packages: 'external',
  logLevel: 'warning',
});
