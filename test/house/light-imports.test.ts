import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { packagesLoadedBy } from '../../bench/loaded-packages.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** What is too heavy to be loaded before it is needed. */
const HEAVY =
  /^(@aws-sdk|@smithy|@google-cloud|google-gax|@grpc|@duckdb|apache-arrow|@opentelemetry|confbox|jiti|commander|inversify|reflect-metadata|zod)/;

const heavyIn = async (code: string): Promise<string[]> =>
  (await packagesLoadedBy(code)).filter((name) => HEAVY.test(name));

describe('what an import loads', { timeout: 60_000 }, () => {
  const { exports: entries } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    exports: Record<string, { types: string; default: string } | string | null>;
  };

  beforeAll(() => {
    if (!existsSync(join(ROOT, 'dist/src/index.js')))
      throw new Error('these tests look at the build: run `npm run build` first');
  });

  it.each([
    ['an ES module', `await import('inversify')`, 'inversify'],
    ['a CommonJS module', `await import('commander')`, 'commander'],
    ['a native engine', `await import('@duckdb/node-api')`, '@duckdb/node-bindings'],
    ['a module behind our own', `await import('anysession/container')`, 'inversify'],
  ])('the detector sees %s', async (_what, code, name) => {
    expect(await packagesLoadedBy(code)).toContain(name);
  });

  it.each(['anysession', 'anysession/opentelemetry', 'anysession/providers/local', 'anysession/testing'])(
    '%s is light',
    async (entry) => {
      expect(await heavyIn(`await import('${entry}')`)).toEqual([]);
    },
  );

  it('every entry of package.json exists in the build', () => {
    const files = Object.values(entries).flatMap((entry) =>
      typeof entry === 'object' && entry !== null ? Object.values(entry) : [],
    );
    const missing = files.map((file) => file.replace('*', 'local')).filter((file) => !existsSync(join(ROOT, file)));
    expect(files.length).toBeGreaterThan(8);
    expect(missing).toEqual([]);
  });

  it('an error that ends a process prints its name, kind and advice, and no empty members', async () => {
    const code = `(await (await import('anysession')).openSessions({ configFile: 'none.yaml' }))`;
    const { stderr } = await run(process.execPath, ['--input-type=module', '--eval', code], { cwd: ROOT }).catch(
      (failed: unknown) => failed as { readonly stderr: string },
    );
    expect(stderr).toMatch(/^SessionError: /m);
    expect(stderr).toMatch(/^ {2}kind: 'invalid-request',$/m);
    expect(stderr).not.toMatch(/_SessionError|undefined|Symbol\(/);
    expect(stderr.split('\n').length).toBeLessThan(25);
  });

  it.each([
    'anysession',
    'anysession/container',
    'anysession/providers/local',
    'anysession/conformance',
    'anysession/testing',
  ])('require(%j) works, which a top-level await would break', async (entry) => {
    const { stdout } = await run(
      process.execPath,
      ['--eval', `console.log(Object.keys(require('${entry}')).length > 0)`],
      { cwd: ROOT },
    );
    expect(stdout.trim()).toBe('true');
  });
});
