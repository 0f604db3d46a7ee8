import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cli } from './cli-run.ts';
import { cloud, CLOUDS } from './clouds.ts';

interface Printed {
  readonly request: string;
  readonly input: Readonly<Record<string, unknown>>;
}

const START = {
  athena: 'StartSession',
  'emr-serverless': 'StartSession',
  'emr-ec2': 'StartSession',
  glue: 'CreateSession',
  dataproc: 'CreateSession',
} as const;

/** The part of each request that says what would be started. */
const STARTED = {
  athena: { WorkGroup: expect.stringMatching(/^spark35-/) as unknown },
  'emr-serverless': { name: expect.stringMatching(/^nightly anysession:me:/) as unknown },
  'emr-ec2': { Name: expect.stringMatching(/^nightly anysession:me:/) as unknown },
  glue: { Description: expect.stringMatching(/^nightly anysession:me:/) as unknown },
  dataproc: { session: expect.objectContaining({ labels: expect.objectContaining({}) as unknown }) as unknown },
} as const;

const printed = (stdout: string): readonly Printed[] => JSON.parse(stdout) as Printed[];

describe('--dry-run', { timeout: 60_000 }, () => {
  it.concurrent.for(CLOUDS)('%s: start prints its request, and starts nothing', async (name, context) => {
    const { expect } = context;
    const { run, emulator } = await cloud(name, context);
    const outcome = await run(['start', '--name', 'nightly', '--key', 'k', '--dry-run']);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(printed(outcome.stdout)).toEqual([
      { request: START[name], input: expect.objectContaining(STARTED[name]) as unknown },
    ]);
    expect(emulator.oracle.sessions()).toEqual([]);
    // The same start afterwards is not disturbed by it, and nothing is left for a sweep.
    expect(await run(['sweep', '--dry-run', '--json'])).toMatchObject({ code: 0 });
    expect(await run(['start', '--name', 'nightly', '--key', 'k'])).toMatchObject({ code: 0 });
    expect(emulator.oracle.live()).toHaveLength(1);
  });

  it.concurrent.for(CLOUDS)('%s: terminate prints a request per session, and ends none', async (name, context) => {
    const { expect } = context;
    const { run, start, emulator, calls } = await cloud(name, context);
    const ids = [await start(), await start()];
    calls();
    const { code, stdout } = await run(['terminate', ...ids, '--dry-run']);
    expect(code).toBe(0);
    const requests = printed(stdout);
    const end = name === 'glue' ? 'StopSession' : 'TerminateSession';
    expect(requests.map(({ request }) => request)).toEqual([end, end]);
    for (const id of ids) expect(JSON.stringify(requests)).toContain(id);
    expect(calls().join()).not.toMatch(/Terminate|Stop/i);
    expect(emulator.oracle.live()).toHaveLength(2);
  });

  it('terminate: asks nobody about sessions of others, and an unknown session is an error behind the requests', async (context) => {
    const { run, start, emulator } = await cloud('athena', context);
    const id = await start('--config', 'theirs.yaml');
    const { code, stdout, stderr } = await run(['terminate', id, 'nowhere', '--dry-run']);
    expect(printed(stdout)).toEqual([{ request: 'TerminateSession', input: { SessionId: id } }]);
    expect(code).toBe(4);
    expect(stderr).toContain('nowhere');
    expect(stderr).not.toContain('dry run');
    expect(emulator.oracle.live()).toHaveLength(1);
  });

  it('sql: runs nothing, whether it would start a session or use one', async (context) => {
    const { run, start, calls } = await cloud('athena', context);
    const fresh = await run(['sql', 'SELECT 1', '--dry-run']);
    expect(printed(fresh.stdout).map(({ request }) => request)).toEqual(['StartSession']);
    const id = await start('--key', 'k');
    calls();
    for (const words of [
      ['--key', 'k'],
      ['--session', id],
    ]) {
      expect(await run(['sql', 'SELECT 1', '--dry-run', ...words])).toEqual({ code: 0, stdout: '[]\n', stderr: '' });
    }
    expect(calls().join()).not.toMatch(/Start|Endpoint|Execute/);
    expect((await run(['describe', id, '--json'])).stdout).not.toContain('"terminated"');
  });

  it.for([
    ['exec', ['--', 'touch', 'started']],
    ['proxy', []],
    ['proxy', ['--per', 'user']],
    ['shell', []],
  ] as const)('%s %j: prints the request of its first call, and runs nothing', async ([command, words], context) => {
    const { run, start, calls, cwd, emulator } = await cloud('athena', context);
    const fresh = await run([command, '--name', 'nightly', '--key', 'k', '--dry-run', ...words]);
    expect(fresh).toMatchObject({ code: 0, stderr: '' });
    expect(printed(fresh.stdout)).toEqual([
      { request: 'StartSession', input: expect.objectContaining(STARTED.athena) as unknown },
    ]);
    expect(emulator.oracle.sessions()).toEqual([]);
    const id = await start('--key', 'k');
    if (!words.includes('--per' as never)) {
      calls();
      for (const place of [
        ['--key', 'k'],
        ['--session', id],
      ]) {
        const used = await run([command, '--dry-run', ...place, ...words]);
        expect(used).toEqual({ code: 0, stdout: '[]\n', stderr: '' });
      }
      expect(calls().join()).not.toMatch(/Start|Endpoint/);
    }
    expect(existsSync(join(cwd, 'started'))).toBe(false);
  });

  it.for(['exec', 'proxy', 'shell'])('%s: fails as it would without it', async (command) => {
    const words = command === 'exec' ? ['--', 'true'] : [];
    const sail = ['--provider', 'local', '--set', 'engine=sail', '--dry-run'];
    const { code, stdout } = await cli([command, ...sail, '--session', 'a', '--key', 'k', ...words]);
    expect([code, stdout]).toEqual([2, '']);
    // A local engine would run; nothing is requested from a service.
    const local = await cli([command, ...sail, ...words]);
    expect(local).toMatchObject({ code: 0, stdout: '[]\n' });
  });

  it('sql: an invalid command fails as it would without it', async (context) => {
    const { run } = await cloud('athena', context);
    expect(await run(['sql', '', '--dry-run'])).toMatchObject({ code: 2, stdout: '' });
    expect(await run(['sql', 'SELECT 1', '--session', 'a', '--key', 'k', '--dry-run'])).toMatchObject({ code: 2 });
    // The embedded engine has no service.
    expect(await cli(['sql', 'SELECT 1', '--provider', 'local', '--dry-run'])).toMatchObject({
      code: 0,
      stdout: '[]\n',
    });
  });

  it.for([
    'spark.driver.extraJavaOptions=-Djavax.net.ssl.trustStorePassword=hunter2 -Dpassword=hunter2',
    'spark.executorEnv.ANYTHING=hunter2',
    'spark.executorEnv.OPENAI_KEY=sk-hunter2',
    'spark.url=https://host/x?sig=hunter2&a=b',
    'spark.pw=hunter2',
    'spark.my.db_pass=hunter2',
  ])('conceals what may be a secret: %s', async (conf, context) => {
    for (const name of CLOUDS) {
      const { run } = await cloud(name, context);
      const { code, stdout, stderr } = await run(['start', '--conf', conf, '--dry-run']);
      // Spaces do not fit into the argument of Glue.
      const expected = name === 'glue' && conf.includes(' ') ? 2 : 0;
      context.expect([code, /hunter2/.test(stdout + stderr)]).toEqual([expected, false]);
    }
  });

  it('sql: creates no file', async (context) => {
    const { expect } = context;
    const { run, start, cwd } = await cloud('athena', context);
    const id = await start('--key', 'k');
    await run(['sql', 'SELECT 1', '--session', id, '--output', 'csv', 'x.csv', '--dry-run']);
    expect(existsSync(`${cwd}/x.csv`)).toBe(false);
  });

  it('conceals secrets in the request and shows the token that makes the start happen once', async (context) => {
    const { run } = await cloud('emr-serverless', context);
    const secret = 'hunter2hunter2';
    const { stdout } = await run([
      'start',
      '--conf',
      `spark.my.password=${secret}`,
      '--conf',
      'spark.a=b',
      '--dry-run',
    ]);
    expect(stdout).not.toContain(secret);
    expect(stdout).toContain('"spark.a": "b"');
    expect(stdout).toMatch(/"clientToken": "[a-z0-9-]{32,}"/);
  });
});

describe('--verbose', { timeout: 60_000 }, () => {
  it('shows each request with its duration and the id that the service gave it', async (context) => {
    const { run, emulator } = await cloud('athena', context);
    const { stderr } = await run(['start', '--verbose']);
    const [, id = ''] =
      /^debug: StartSession was answered in \d+ ms \(requestId ([0-9a-f-]{36})\)$/m.exec(stderr) ?? [];
    expect(emulator.log().find(({ operation }) => operation === 'StartSession')).toMatchObject({ requestId: id });
  });
});

describe('--quiet', { timeout: 60_000 }, () => {
  it('prints results and errors, and no progress and no hints', async (context) => {
    const { run } = await cloud('athena', context, 1_000);
    const screen = { columns: 80 };
    const loud = await run(['start', '--wait'], screen);
    expect(loud.stderr).toMatch(/starting a session.*End it with/s);
    const { code, stderr } = await run(['start', '--wait', '--quiet'], screen);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect((await run(['describe', 'nowhere', '--quiet'], screen)).stderr).toContain('not-found');
  });

  it('works with results that go to a file', async (context) => {
    const { run, cwd } = await cloud('athena', context);
    const words = ['sql', 'SELECT 1 AS a', '--quiet', '--output', 'csv', 'rows.csv'];
    expect(await run(words, { columns: 80 })).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(readFileSync(join(cwd, 'rows.csv'), 'utf8')).toBe('a\r\n1\r\n');
  });
});
