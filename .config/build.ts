/**
 * Builds `dist/`: the declarations by the TypeScript compiler, one per source file, and the code by esbuild, one file per entry point and
 * chunks for what they share. Loading hundreds of small modules is what a start costs most; `npm run bench -- cold` shows it.
 */
import { build as esbuild, type Metafile } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'dist');

interface Manifest {
  readonly exports: Readonly<Record<string, { readonly default: string } | string | null>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;

/** What is put into our own files: nobody sees it from outside, and it is many small modules. */
const INLINED = ['zod'];

/** What the package installs and finds at run time. */
const INSTALLED = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }).filter(
  (name) => !INLINED.includes(name),
);

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

/** The licences of what is inlined have to go with the code. */
function licencesOf({ inputs }: Metafile): string {
  const packages = new Set(
    Object.keys(inputs).flatMap((file) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
  );
  return [...packages]
    .sort()
    .map((folder) => {
      const licence = readdirSync(join(ROOT, folder)).find((file) => /^licen[cs]e/i.test(file));
      if (licence === undefined) throw new Error(`${folder} is inlined and has no licence file`);
      return `${folder.replace('node_modules/', '')}\n\n${readFileSync(join(ROOT, folder, licence), 'utf8').trim()}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}

rmSync(DIST, { recursive: true, force: true });
execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', '.config/tsconfig.build.json'], {
  cwd: ROOT,
  stdio: 'inherit',
});
const { metafile } = await esbuild({
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
  external: INSTALLED.flatMap((name) => [name, `${name}/*`]),
  metafile: true,
  logLevel: 'warning',
});
writeFileSync(join(DIST, 'THIRD-PARTY-LICENSES.txt'), licencesOf(metafile));
