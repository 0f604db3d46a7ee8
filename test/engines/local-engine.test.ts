import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openSessions } from '../../src/open-sessions.ts';
import type { Sessions } from '../../src/session/sessions.ts';
import { pythonFor } from './engine-homes.ts';
import { askPySpark } from './pyspark.ts';

const pythonEnvironment = dirname(dirname(pythonFor('sail')));
const PATIENCE = { timeout: 60_000 };

function laptop(engine: 'sail' | 'spark', options: Readonly<Record<string, unknown>> = {}): Promise<Sessions> {
  const environments = { laptop: { provider: 'local', engine, pythonEnvironment, ...options } };
  return openSessions({ config: { environments }, environment: 'laptop' });
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}

/** Runs one of our programs to its end. */
async function program(
  words: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', ...words], { env: { ...process.env, ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

const CLI = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

describe.each(['sail', 'spark'] as const)('sessions on local %s', (engine) => {
  it('share one server, speak Spark SQL apart from each other, and PySpark joins them', async () => {
    await using sessions = await laptop(engine);
    const [one, other] = await Promise.all([sessions.start({ name: 'one' }), sessions.start({ name: 'other' })]);
    expect(one.dialect).toBe('spark');
    const query = "SELECT explode(array(1, 2)) AS n, named_struct('a', nvl(NULL, 1)) AS `a struct`";
    expect(await (await one.sql(query)).rows()).toEqual([
      { n: 1, 'a struct': { a: 1 } },
      { n: 2, 'a struct': { a: 1 } },
    ]);
    await (await one.sql("CREATE TEMPORARY VIEW mine AS SELECT 'joined' AS answer")).rows();
    await expect(other.sql('SELECT * FROM mine')).rejects.toMatchObject({ kind: 'invalid-request' });
    const connection = await one.connect();
    expect((await other.connect()).port).toBe(connection.port);
    const server = { engine: engine === 'sail' ? 'sail' : 'spark-4.1', port: connection.port } as Parameters<
      typeof askPySpark
    >[0];
    const answers = await askPySpark(server, [{ name: 'mine', sql: 'SELECT * FROM mine' }], connection.url);
    expect(answers.get('mine')?.rows).toEqual([['joined']]);
    await one.close();
    expect(await listens(connection.port)).toBe(true);
    await other.close();
    await expect.poll(() => listens(connection.port), PATIENCE).toBe(false);
  });

  it('read files of the working directory and leave none there', async () => {
    const before = process.cwd();
    const folder = await mkdtemp(join(tmpdir(), 'anysession-work-'));
    await writeFile(join(folder, 'data.csv'), '1,2\n');
    process.chdir(folder);
    try {
      await using sessions = await laptop(engine);
      const session = await sessions.start({});
      expect(await (await session.sql('SELECT _c1 FROM csv.`data.csv`')).rows()).toEqual([{ _c1: '2' }]);
      await (await session.sql('CREATE TABLE kept USING parquet AS SELECT 42 AS answer')).rows();
      expect(await (await session.sql('SELECT answer FROM kept')).rows()).toEqual([{ answer: 42 }]);
      const described = await (await session.sql('DESCRIBE EXTENDED kept')).rows();
      const place = described.find((row) => row['col_name'] === 'Location')?.['data_type'];
      if (typeof place !== 'string') throw new Error('the table does not say where it is');
      const warehouse = place.replace(/^file:/, '').replace(/\/warehouse\/.*$/, '');
      expect((await stat(warehouse)).mode & 0o777).toBe(0o700);
      await sessions.close();
      expect(existsSync(warehouse)).toBe(false);
      expect(await readdir(folder)).toEqual(['data.csv']);
    } finally {
      process.chdir(before);
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('take properties of Spark', async () => {
    await using sessions = await laptop(engine);
    const session = await sessions.start({ sparkConf: { 'spark.sql.session.timeZone': 'Europe/Zurich' } });
    expect(await (await session.sql('SELECT current_timezone() AS zone')).rows()).toEqual([{ zone: 'Europe/Zurich' }]);
  });
});

it('local Spark is started with properties that no running server takes, and tells of want of memory', async () => {
  await using sessions = await laptop('spark', { memoryLimit: '700MB' });
  const [one, other] = await Promise.all([
    sessions.start({ sparkConf: { 'spark.sql.extensions': 'there.is.None' } }),
    sessions.start({}),
  ]);
  const connections = await Promise.all([one.connect(), other.connect()]);
  expect(connections[0].port).not.toBe(connections[1].port);
  expect(await connections[0].settings.get('spark.sql.extensions')).toBe('there.is.None');
  const refused = connections[1].settings.set('spark.sql.extensions', 'there.is.None');
  await expect(refused).rejects.toMatchObject({ kind: 'invalid-request' });
  await expect(other.sql('SELECT size(sequence(1L, 300000000L)) AS n')).rejects.toMatchObject({
    kind: 'quota-exceeded',
    retry: 'permanent',
  });
  expect(await (await other.sql('SELECT 1 AS one')).rows()).toEqual([{ one: 1 }]);
});

it('local Spark lets in nobody without its token', async () => {
  await using sessions = await laptop('spark');
  const session = await sessions.start({});
  const { port } = await session.connect();
  const url = `sc://localhost:${port}`;
  await using strangers = await openSessions({
    config: { environments: { stranger: { provider: 'local', engine: { url } } } },
    environment: 'stranger',
  });
  const stranger = await strangers.start({});
  await expect(stranger.whenReady()).rejects.toMatchObject({
    kind: 'session-failed',
    message: expect.stringContaining('token'),
  });
});

it('a session whose Sail is killed has failed, says so, and the next one works', async () => {
  await using sessions = await laptop('sail');
  const session = await sessions.start({});
  await (await session.sql('SELECT 1')).rows();
  const { port } = await session.connect();
  await killWho(`--port ${port}`);
  await expect.poll(async () => (await session.refresh()).state, PATIENCE).toBe('failed');
  expect(session.status.reason).toContain('Sail');
  const next = await sessions.start({});
  expect(await (await next.sql('SELECT 2 AS two')).rows()).toEqual([{ two: 2 }]);
});

it('no Sail outlives a program that is killed', async () => {
  const source = `
    import { openSessions } from ${JSON.stringify(new URL('../../src/open-sessions.ts', import.meta.url).href)};
    const environments = { laptop: { provider: 'local', engine: 'sail', pythonEnvironment: ${JSON.stringify(pythonEnvironment)} } };
    const sessions = await openSessions({ config: { environments }, environment: 'laptop' });
    const session = await sessions.start({});
    console.log((await session.connect()).port);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(line.toString());
  expect(await listens(port)).toBe(true);
  child.kill('SIGKILL');
  await expect.poll(() => listens(port), PATIENCE).toBe(false);
});

it('`engines install sail` brings a Sail that a config with two words finds', async () => {
  const home = await mkdtemp(join(tmpdir(), 'anysession-install-'));
  const env = { XDG_CACHE_HOME: home };
  try {
    const installed = await program([CLI, 'engines', 'install', 'sail', '--json'], env);
    expect(installed).toMatchObject({ code: 0 });
    expect(existsSync(join(home, 'anysession/engines/sail-0.7.2/bin/python'))).toBe(true);
    const config = join(home, 'anysession.config.yaml');
    await writeFile(config, 'environments: { laptop: { provider: local, engine: sail } }\n');
    const query = "SELECT named_struct('answer', 42) AS `it is`";
    const { code, output } = await program([CLI, 'sql', query, '--config', config, '--env', 'laptop', '--json'], env);
    expect(output).toContain('{"it is":{"answer":42}}');
    expect(code).toBe(0);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});

/** Kills the one process in whose command line the words stand, and no watchdog of it; Linux tells by its files. */
async function killWho(words: string): Promise<void> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(
    names.map(async (pid) => ({ pid, command: await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '') })),
  );
  const found = commands.filter(
    ({ command }) => /^\S*python/.test(command) && command.replaceAll('\0', ' ').includes(words),
  );
  const [server, ...others] = found;
  if (server === undefined || others.length > 0)
    throw new Error(`${found.length} processes have ${words} in their commands`);
  process.kill(Number(server.pid), 'SIGKILL');
}
