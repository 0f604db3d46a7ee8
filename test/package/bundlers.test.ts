import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import { ways, writePrograms, type Way } from './athena-application.ts';
import { emptyFolder, install, pack, run } from './fresh-folder.ts';

/** Installed in their own folder. */
const BUNDLERS = [
  'rollup@4.68.8',
  '@rollup/plugin-commonjs@29.0.3',
  '@rollup/plugin-json@6.1.0',
  '@rollup/plugin-node-resolve@16.0.3',
  'webpack@5.113.0',
];

/** CommonJS packages call `require`, which ES modules do not have. */
const BANNER = `import { createRequire as bundleRequire } from 'node:module'; const require = bundleRequire(import.meta.url);`;

const ROLLUP = `
import commonjs from '@rollup/plugin-commonjs';
import json from '@rollup/plugin-json';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import { rollup } from 'rollup';
const bundle = await rollup({
  input: ['config.js', 'typed.js'],
  plugins: [nodeResolve({ preferBuiltins: true, exportConditions: ['node'] }), commonjs(), json()],
  onwarn: () => {},
});
await bundle.write({ dir: 'out/rollup-es', format: 'es', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' });
await bundle.write({ dir: 'out/rollup-cjs', format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name]-[hash].cjs' });
`;

const WEBPACK = `
import webpack from 'webpack';
const output = { path: process.cwd() + '/out/webpack', filename: '[name].cjs', chunkFilename: '[id].cjs' };
const options = { mode: 'production', target: 'node', entry: { config: './config.js', typed: './typed.js' }, output };
webpack(options, (error, stats) => {
  if (error || stats.hasErrors()) throw error ?? new Error(stats.toString({ all: false, errors: true }));
});
`;

/** What each output of esbuild is built with. */
const ESBUILD: Readonly<Record<string, BuildOptions & { readonly extension: string }>> = {
  // `esbuild app.js --bundle --platform=node --format=esm --banner:js=…`
  'esbuild-esm': { extension: '.mjs', format: 'esm', target: 'node20', banner: { js: BANNER } },
  'esbuild-cjs': { extension: '.cjs', format: 'cjs', target: 'node20' },
  // The build script of the page, which SAM's example has too. @see https://docs.aws.amazon.com/lambda/latest/dg/typescript-package.html (read 2026-11-29)
  'lambda-docs': { extension: '.cjs', format: 'cjs', target: 'es2020', minify: true, sourcemap: true },
  // NodejsFunction of the CDK leaves the SDK to the runtime. @see https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda_nodejs-readme.html (read 2026-11-29)
  'lambda-cdk': { extension: '.cjs', format: 'cjs', target: 'node20', external: ['@aws-sdk/*', '@smithy/*'] },
};

const DATAPROC_PROGRAM = `
import { openSessions } from 'anysession';
import { dataproc } from 'anysession/providers/dataproc';
const provider = dataproc({ project: 'p-123456', region: 'us-central1', endpoint: process.env.ENDPOINT });
openSessions({ provider }).then(async (sessions) => {
  for await (const session of sessions.list()) console.log(session.handle.id);
  await sessions.close();
  console.log('listed');
}).catch((error) => { console.error(error); process.exitCode = 1; });
`;

it('an application on Dataproc, bundled by esbuild, lists sessions', async () => {
  const parent = emptyFolder();
  const application = join(parent, 'application');
  mkdirSync(application);
  const emulator = await startEmulator({ services: ['dataproc'] });
  try {
    await install(application, ['--omit=optional', (await pack(parent)).file, '@google-cloud/dataproc']);
    writeFileSync(join(application, 'app.js'), DATAPROC_PROGRAM);
    const outfile = join(parent, 'deployed.cjs');
    await build({ absWorkingDir: application, entryPoints: ['app.js'], outfile, bundle: true, platform: 'node' });
    const env = { ...process.env, ENDPOINT: emulator.urls.dataprocGrpc };
    expect((await run(process.execPath, [outfile], { cwd: parent, env })).stdout).toBe('listed\n');
  } finally {
    await emulator.close();
    rmSync(parent, { recursive: true, force: true });
  }
});

describe('an application on Athena with no other package of a cloud, bundled', () => {
  let parent: string;
  let tools: string;
  let application: string;
  let deployed: string;
  let emulator: Emulator;

  beforeAll(async () => {
    parent = emptyFolder();
    [tools, application, deployed] = ['tools', 'application', 'deployed'].map((name) => join(parent, name)) as [
      string,
      string,
      string,
    ];
    for (const folder of [tools, application, deployed]) mkdirSync(folder);
    await install(tools, BUNDLERS);
    const { file } = await pack(parent);
    await install(application, ['--omit=optional', file, '@aws-sdk/client-athena']);
    writePrograms(application);
    emulator = await startEmulator({ services: ['athena'] });
  });

  afterAll(async () => {
    await emulator.close();
    rmSync(parent, { recursive: true, force: true });
  });

  /** Runs a script of a bundler, which is found next to the script, in the application's folder. */
  async function bundle(name: string, script: string): Promise<void> {
    writeFileSync(join(tools, name), script);
    await run(process.execPath, [join(tools, name)], { cwd: application });
  }

  /** Runs a bundle where no package is installed. */
  async function runBundle(output: string, way: Way, extension: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
    const folder = join(deployed, output);
    cpSync(join(application, 'out', output), folder, { recursive: true });
    const { stdout } = await run(process.execPath, [join(folder, `${way}${extension}`)], {
      cwd: folder,
      env: { ...process.env, ...env, ENDPOINT: emulator.urls.athena },
    });
    return stdout.trim();
  }

  describe.each(Object.entries(ESBUILD))('%s', (output, { extension, ...options }) => {
    beforeAll(async () => {
      await build({
        ...options,
        absWorkingDir: application,
        entryPoints: ways.map((way) => `${way}.js`),
        outdir: `out/${output}`,
        outExtension: { '.js': extension },
        bundle: true,
        platform: 'node',
        logLevel: 'error',
      });
    });

    it.each(ways)('starts a session by %s', async (way) => {
      // Where AWS Lambda has its own copies of the SDK.
      const runtime = output === 'lambda-cdk' ? { NODE_PATH: join(application, 'node_modules') } : {};
      expect(await runBundle(output, way, extension, runtime)).toBe('ready');
    });
  });

  describe('rollup', () => {
    beforeAll(async () => {
      await bundle('rollup.js', ROLLUP);
    });

    it.each(ways)('starts a session by %s, as ES modules and as CommonJS', async (way) => {
      expect(await runBundle('rollup-es', way, '.mjs')).toBe('ready');
      expect(await runBundle('rollup-cjs', way, '.cjs')).toBe('ready');
    });
  });

  describe('webpack', () => {
    beforeAll(async () => {
      await bundle('webpack.js', WEBPACK);
      // In place of `import.meta.url`, a bundle has the address of the source: without packages there, it is on its own.
      rmSync(join(application, 'node_modules'), { recursive: true });
    });

    it.each(ways)('starts a session by %s', async (way) => {
      expect(await runBundle('webpack', way, '.cjs')).toBe('ready');
    });
  });
});
