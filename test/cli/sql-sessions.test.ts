import { describe, expect, it } from 'vitest';
import { configFolder } from '../config/config-folder.ts';
import { cli } from './cli-run.ts';
import { cloud } from './clouds.ts';

const CONFIG = { 'anysession.config.yaml': 'environments: { dev: { provider: local } }' };
const local = (args: readonly string[], stdin?: string) => {
  return cli(['sql', ...args], { cwd: configFolder(CONFIG), ...(stdin !== undefined && { stdin }) });
};

/** The clouds whose sessions run SQL. */
const SQL_CLOUDS = ['athena', 'emr-serverless', 'emr-ec2', 'glue'] as const;

describe('anysession sql in a session', { timeout: 60_000 }, () => {
  it.concurrent.for(SQL_CLOUDS)(
    '%s: --session runs in an existing session and leaves it running',
    async (name, context) => {
      const { expect } = context;
      const { run, start, emulator } = await cloud(name, context);
      const id = await start('--key', 'k');
      const sql = (text: string, session: string) => run(['sql', text, '--session', session, '--csv']);
      expect(await sql('CREATE TABLE t AS SELECT 7 AS n', id)).toMatchObject({ code: 0, stderr: '' });
      expect(await sql('SELECT n FROM t', 'key:k')).toMatchObject({ code: 0, stdout: 'n\r\n7\r\n' });
      expect(await sql('SELEC 1', id.slice(0, -1))).toMatchObject({ code: 2, stdout: '' });
      expect(emulator.oracle.live().map((session) => session.id)).toEqual([id]);
    },
  );

  it.concurrent.for(SQL_CLOUDS)(
    '%s: a statement that fails does not end a session that is kept',
    async (name, context) => {
      const { expect } = context;
      const { run, emulator } = await cloud(name, context);
      const failed = await run(['sql', 'SELEC 1', '--key', 'k', '--keep']);
      expect(failed.code).toBe(2);
      expect(failed.stderr).toMatch(/^the session is kept: \{"v":1.*\}\n\[invalid-request\]/);
      expect(emulator.oracle.live()).toHaveLength(1);
      const again = await run(['sql', 'SELECT 1 AS n', '--key', 'k', '--keep', '--csv']);
      expect(again).toMatchObject({ code: 0, stdout: 'n\r\n1\r\n' });
      expect(emulator.oracle.sessions()).toHaveLength(1);
      expect(emulator.oracle.live()).toHaveLength(1);
      // Without --keep the session is ended.
      expect(await run(['sql', 'SELEC 1'])).toMatchObject({ code: 2 });
      expect(emulator.oracle.live()).toHaveLength(1);
    },
  );

  it.concurrent.for(SQL_CLOUDS)(
    '%s: Ctrl-C keeps a session that is kept, and ends any other',
    async (name, context) => {
      const { expect } = context;
      const { run, emulator } = await cloud(name, context);
      const endless = 'SELECT sum(a.range * b.range) FROM range(10000000) a, range(100000) b';
      for (const [words, left] of [
        [['--keep'], 1],
        [[], 1],
      ] as const) {
        const controller = new AbortController();
        const running = run(['sql', endless, ...words], { signal: controller.signal });
        // Glue has no busy state. The first call sets the session up.
        const isRunning = (): boolean => {
          const { id, state } = emulator.oracle.sessions().at(-1) ?? {};
          const calls = emulator.log().filter((call) => call.operation === 'ExecutePlan' && call.sessionId === id);
          return name === 'glue' ? calls.length > 1 : state === 'BUSY';
        };
        await expect.poll(isRunning, { timeout: 20_000 }).toBe(true);
        controller.abort(new Error('stopped by SIGINT'));
        expect((await running).code).toBe(130);
        expect(emulator.oracle.live()).toHaveLength(left);
      }
    },
  );

  it.concurrent.for(['local', ...SQL_CLOUDS] as const)(
    '%s: runs several statements of a file',
    async (name, context) => {
      const { expect } = context;
      const run =
        name === 'local'
          ? (args: readonly string[], environment: object) => cli(args, { cwd: configFolder(CONFIG), ...environment })
          : (await cloud(name, context)).run;
      const text = `-- a report; with a comment
CREATE TABLE t AS SELECT 1 AS n; -- one; two
INSERT INTO t SELECT 2 AS n;

SELECT 'a;b' AS x /* ; */;
SELECT count(*) AS rows FROM t;`;
      const csv = await run(['sql', '--csv'], { stdin: text });
      expect(csv).toMatchObject({ code: 0, stderr: '' });
      expect(csv.stdout.endsWith('x\r\na;b\r\n\r\nrows\r\n2\r\n')).toBe(true);
      const failed = await run(['sql', '-', '--json'], {
        stdin: `SELECT 1 AS n;\n\n\nSELECT * FROM nowhere;\nSELECT 2`,
      });
      expect(failed.code).toBe(2);
      expect(JSON.parse(failed.stdout)).toEqual([{ n: 1 }]);
      expect(JSON.parse(failed.stderr)).toMatchObject({
        error: { message: expect.stringMatching(/^Statement 2 of 3 \(line 4\) failed: .*nowhere/s) as string },
      });
    },
  );

  it.concurrent.for(['local', ...SQL_CLOUDS] as const)('%s: --param binds values', async (name, context) => {
    const { expect } = context;
    const run =
      name === 'local'
        ? (args: readonly string[]) => cli(args, { cwd: configFolder(CONFIG) })
        : (await cloud(name, context)).run;
    const sign = name === 'local' ? '$' : ':';
    const text = `SELECT ${sign}word AS word, ${sign}n + 1 AS n; SELECT ${sign}word AS again`;
    const { code, stdout } = await run(['sql', text, '--param', "word=it's; x", '--param', 'n=41', '--csv']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "word,n\r\nit's; x,42\r\n\r\nagain\r\nit's; x\r\n" });
    const unused = await run(['sql', text, '--param', 'wrd=1', '--param', 'n=1']);
    expect(unused.stderr).toContain('No statement uses the parameter "wrd". Did you mean "word"?');
    expect(unused.code).toBe(2);
  });

  it('passes name, size and labels to the start', async (context) => {
    const { run, emulator } = await cloud('emr-serverless', context);
    const args = [
      'sql',
      'SELECT 1',
      '--name',
      'nightly',
      '--size',
      'medium',
      '--label',
      'team=etl',
      '--keep',
      '--key',
      'k',
    ];
    expect(await run(args)).toMatchObject({ code: 0 });
    const [start] = emulator.log().filter(({ operation }) => operation === 'StartSession');
    expect(JSON.stringify(start)).toContain('"team":"etl"');
    expect(await run(['sql', 'SELECT 1', '--size', 'huge'])).toMatchObject({ code: 2 });
  });
});

describe('the SQL of anysession sql', () => {
  it('is read from a pipe without -', async () => {
    expect(await local(['--csv'], '-- daily\nSELECT 1 AS a')).toEqual({ code: 0, stdout: 'a\r\n1\r\n', stderr: '' });
    expect((await local([], '')).stderr).toContain('give the SQL as text, on standard input, or by --file');
  });

  it.each([
    ['n=5', 'INTEGER', '5'],
    ['n=-5', 'INTEGER', '-5'],
    ['n=1.5', 'DOUBLE', '1.5'],
    ['n=12345678901234567890', 'HUGEINT', '12345678901234567890'],
    ['n=007', 'VARCHAR', '007'],
    ['n="5"', 'VARCHAR', '5'],
    ['n=a=b', 'VARCHAR', 'a=b'],
    ['n=', 'VARCHAR', '""'],
    ['n=true', 'BOOLEAN', 'true'],
    ['n=null', '"""NULL"""', ''],
    ['n=trueish', 'VARCHAR', 'trueish'],
    ['n={"a":1}', 'VARCHAR', '"{""a"":1}"'],
  ])('--param %s is %s %s', async (param, type, value) => {
    const { stdout } = await local(['SELECT typeof($n) AS t, $n AS v', '--param', param, '--csv']);
    expect(stdout).toBe(`t,v\r\n${type},${value}\r\n`);
  });

  it('--json writes one array per statement with columns, and at least one', async () => {
    expect((await local(['SELECT 1 AS a; SET threads = 1; SELECT 2 AS b', '--json'])).stdout).toBe(
      '[\n{"a":1}\n]\n[\n{"b":2}\n]\n',
    );
    expect((await local(['SET threads = 1; SET threads = 2', '--json'])).stdout).toBe('[]\n');
  });

  it('--timeout ends a statement, and the error says how long it took', async () => {
    const endless = 'SELECT sum(a.range * b.range) FROM range(10000000) a, range(100000) b';
    const { code, stderr } = await local([endless, '--timeout', '300ms']);
    expect([code, stderr]).toEqual([8, expect.stringContaining('[timeout]')]);
  });
});
