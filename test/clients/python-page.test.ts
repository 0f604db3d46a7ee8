import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import { PROGRAM, quoted, run } from '../cli/process.ts';
import { pythonFor } from '../engines/engine-homes.ts';
import { startEngine, type EngineServer } from '../engines/engine-server.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { CLIENTS, installedClients } from './clients.ts';
import { pageBlocks } from './page-blocks.ts';

const { files, runs } = pageBlocks(readFileSync(new URL('../../docs/guide/python.md', import.meta.url), 'utf8'));
const installed = installedClients();

/** Each block with each client that is installed. */
const CASES = runs.flatMap(({ clients, command, prints }) =>
  clients
    .filter((client) => client in installed)
    .map((client) => ({ client, python: installed[client] ?? '', command: command.trim(), prints })),
);

describe('the page "Use it from Python"', () => {
  let server: EngineServer;
  let emulator: Emulator;

  beforeAll(async () => {
    server = await startEngine('sail');
    emulator = await startEmulator({ services: ['athena'], engine: `sc://127.0.0.1:${server.port}` });
  });

  afterAll(async () => {
    await emulator.close();
    await server.stop();
  });

  /** A folder with the files of the page, a configuration, and the command line as `bin/anysession`. */
  const prepare = (): string => {
    const folder = temporaryFolder();
    const write = (name: string, text: string): void => {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    };
    for (const [name, text] of files) write(name, text);
    const credentials = '{ accessKeyId: AKIDTEST, secretAccessKey: none }';
    write(
      'anysession.config.yaml',
      [
        'defaultEnvironment: laptop',
        'environments:',
        `  laptop: { provider: local, engine: sail, pythonEnvironment: "${dirname(dirname(pythonFor('sail')))}" }`,
        `  prod: { provider: athena, region: us-east-1, workgroup: spark35, endpoint: "${emulator.urls.athena}", credentials: ${credentials} }`,
      ].join('\n'),
    );
    // The second one is what npx finds.
    for (const name of ['bin/anysession', 'node_modules/.bin/anysession']) {
      write(name, `#!/bin/sh\nexec ${quoted(PROGRAM)} "$@"\n`);
      chmodSync(join(folder, name), 0o755);
    }
    return folder;
  };

  it.each(CASES)('$client runs $command', async ({ python, command, prints }) => {
    const cwd = prepare();
    const path = [dirname(python), join(cwd, 'bin'), process.env['PATH']].join(':');
    const env = {
      PATH: path,
      HOME: cwd,
      GITHUB_RUN_ID: '4711',
      DBT_SEND_ANONYMOUS_USAGE_STATS: 'false',
      PYTHONDONTWRITEBYTECODE: '1',
    };
    const { ended } = run(['bash', '-ec', command], { cwd, onTestFinished, detached: true, env });
    const { code, stdout, stderr } = await ended;
    expect(code, `${stdout}\n${stderr}`).toBe(0);
    expect(stdout).toContain(prints);
    await expect.poll(() => emulator.oracle.live(), { timeout: 30_000 }).toEqual([]);
  });

  it.each(Object.entries(installed).filter(([name]) => name === 'pyspark-client-4.1'))(
    '%s runs examples/spark-job.py',
    async (_name, python) => {
      const job = fileURLToPath(new URL('../../examples/spark-job.py', import.meta.url));
      const words = [...PROGRAM, 'exec', '--env', 'prod', '--', python, job];
      const { code, stdout, stderr } = await run(words, { cwd: prepare(), onTestFinished, detached: true }).ended;
      expect(code, stderr).toBe(0);
      expect(stdout).toContain('|      0|      27.1|');
    },
  );

  it('has Python that compiles in every block', async () => {
    const folder = prepare();
    const python = Object.values(installed)[0] ?? 'python3';
    const names = [...files.keys()].filter((name) => name.endsWith('.py'));
    expect(names.length).toBeGreaterThan(5);
    await promisify(execFile)(python, ['-m', 'py_compile', ...names], { cwd: folder });
  });

  it('names clients that the runner knows, and runs each of them, except the JVM client, that of Google and that of agents', () => {
    const named = new Set(runs.flatMap(({ clients }) => clients));
    expect([...named, 'google-cloud-spark-connect', 'jvm', 'mcp'].sort()).toEqual(Object.keys(CLIENTS).sort());
  });
});
