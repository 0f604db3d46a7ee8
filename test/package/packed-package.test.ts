import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyFolder, install, pack, ROOT, run } from './fresh-folder.ts';

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  version: string;
  exports: Record<string, object | string | null>;
  devDependencies: Record<string, string>;
};
const ENTRIES = Object.entries(manifest.exports)
  .filter(([path, target]) => target !== null && path !== './package.json')
  .map(([path]) => path.replace('.', 'anysession').replace('*', 'local'));

/** A program that uses each entry's types, as strict as a compiler can be told to be. */
const CONSUMER_PROGRAM = `
import { openSessions, SessionError, type Session, type SessionProvider } from 'anysession';
import { createContainer, SESSION_PROVIDER } from 'anysession/container';
import * as conformance from 'anysession/conformance';
import * as local from 'anysession/providers/local';
import { openTelemetry } from 'anysession/opentelemetry';
import { RecordingTracer, VirtualClock } from 'anysession/testing';

export async function firstRows(): Promise<readonly unknown[]> {
  await using sessions = await openSessions({ environment: 'dev' });
  await using session: Session = await sessions.start({ name: 'consumer' });
  const result = await session.sql('SELECT 42 AS answer');
  return result.rows();
}
export async function provider(): Promise<SessionProvider> {
  return (await createContainer()).get(SESSION_PROVIDER);
}
export const observed = async () => openSessions({ ...(await openTelemetry()) });
export const kindOf = (error: unknown): string => (SessionError.is(error) ? error.kind : 'unknown');
// @ts-expect-error -- a misspelled option: the types of options need no package that is not installed
export const misspelled = local.local({ engin: 'duckdb' });
export const parts = [conformance, local, new RecordingTracer(), new VirtualClock()];
`;

describe('the packed package', () => {
  let folder: string;
  let tarball: string;
  let files: readonly string[];

  beforeAll(async () => {
    const parent = emptyFolder();
    const packed = await pack(parent);
    tarball = packed.file;
    files = packed.paths;
    folder = join(parent, 'consumer');
    mkdirSync(folder);
    await install(folder, [tarball, `@types/node@${manifest.devDependencies['@types/node'] ?? ''}`]);
    writeFileSync(
      join(folder, 'anysession.config.yaml'),
      'defaultEnvironment: dev\nenvironments:\n  dev: { provider: local, engine: duckdb }\n',
    );
  });

  afterAll(() => {
    rmSync(join(folder, '..'), { recursive: true, force: true });
  });

  it('holds the licence, the README and the build, and nothing that only serves its own development', () => {
    expect(files).toEqual(
      expect.arrayContaining(['LICENSE', 'README.md', 'CHANGELOG.md', 'package.json', 'dist/src/index.js']),
    );
    expect(
      files
        .filter((file) => !file.startsWith('providers/_template/'))
        .filter((file) => /(^|\/)(test|bench|_template|\.config|\.ci|node_modules)\/|\.test\./.test(file)),
    ).toEqual([]);
  });

  it.each(ENTRIES)('%s can be imported where nothing else is installed', async (entry) => {
    const code = `console.log(Object.keys(await import('${entry}')).length)`;
    const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', code], { cwd: folder });
    expect(Number(stdout)).toBeGreaterThan(0);
    expect(stderr).toBe('');
  });

  it('openTelemetry fails with the install command where @opentelemetry/api is not installed', async () => {
    const code = `await (await import('anysession/opentelemetry')).openTelemetry().catch(({ kind, message }) => console.log(kind, message))`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], { cwd: folder });
    expect(stdout).toBe(
      'config-invalid The package @opentelemetry/api is not installed. Run: npm install @opentelemetry/api\n',
    );
  });

  it('can be used from CommonJS', async () => {
    const code = `import('anysession').then(({ openSessions }) => console.log(typeof openSessions, require('anysession').openSessions === openSessions))`;
    const { stdout } = await run(process.execPath, ['--input-type=commonjs', '--eval', code], { cwd: folder });
    expect(stdout).toBe('function true\n');
  });

  it('the command line tells its version', async () => {
    const { stdout } = await run('npx', ['anysession', '--version'], { cwd: folder });
    expect(stdout.trim()).toBe(manifest.version);
  });

  it('the command line runs SQL on the environment of the config file', async () => {
    const { stdout } = await run('npx', ['anysession', 'sql', '--json', 'SELECT 42 AS answer'], {
      cwd: folder,
    });
    expect(stdout).toMatch(/"answer":\s*42/);
  });

  it('the first program of the README runs as it stands', async () => {
    const [, program = ''] =
      /```ts\n([^]*?)```/.exec(readFileSync(join(folder, 'node_modules/anysession/README.md'), 'utf8')) ?? [];
    writeFileSync(join(folder, 'report.mjs'), program);
    const { stdout } = await run(process.execPath, ['report.mjs'], { cwd: folder });
    expect(stdout).toMatch(/'hello' +│ 42/);
  });

  it('its containers are of the inversify that the application has, so that they can have a parent', async () => {
    const code = `
      import { createContainer, SESSIONS } from 'anysession/container';
      import { Container } from 'inversify';
      const parent = new Container();
      parent.bind('colour').toConstantValue('blue');
      const container = await createContainer({ parent });
      console.log(container instanceof Container, container.get('colour'), container.get(SESSIONS).environment);`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], { cwd: folder });
    expect(stdout).toBe('true blue dev\n');
  });

  it('writes a provider that compiles and passes the conformance kit, outside the repository', async () => {
    await run('npx', ['anysession', 'provider', 'init', 'acme-cloud', '--dir', '../acme'], { cwd: folder });
    const acme = { cwd: join(folder, '../acme') };
    await run('npm', ['install', '--no-audit', '--no-fund', '--save-dev', tarball], acme);
    const { stdout } = await run('npm', ['test'], { ...acme, env: { ...process.env, NO_COLOR: '1' } });
    expect(stdout).toMatch(/Tests {2}\d+ passed/);
    await run('npm', ['run', 'build'], acme);
    const code = "console.log((await import('anysession-acme-cloud')).plugin.id)";
    const built = await run(process.execPath, ['--input-type=module', '--eval', code], acme);
    expect(built.stdout).toBe('acme-cloud\n');
  });

  it.each([true, false])('its types compile in a strict project, skipLibCheck %s', async (skipLibCheck) => {
    writeFileSync(join(folder, 'consumer.ts'), CONSUMER_PROGRAM);
    const compilerOptions = {
      module: 'NodeNext',
      target: 'ES2022',
      lib: ['ES2023', 'ESNext.Disposable'],
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      skipLibCheck,
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { stdout } = await run(process.execPath, [compiler, '-p', 'tsconfig.json'], { cwd: folder }).catch(
      (error: unknown) => error as { stdout: string },
    );
    expect(stdout).toBe('');
  });

  it('publint finds nothing', async () => {
    const { messages, pkg } = await publint({ pkgDir: ROOT, strict: true, pack: 'npm' });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  it('its types resolve for every consumer that can import it', async () => {
    const attw = join(ROOT, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    const options = ['--profile', 'esm-only', '--format', 'ascii', '--include-entrypoints', './providers/local'];
    // Ends with an error when it finds a problem that the profile does not ignore, and prints it.
    await expect(run(process.execPath, [attw, tarball, ...options])).resolves.toBeDefined();
  });
});
