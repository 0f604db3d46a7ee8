import { describe, expect, it } from 'vitest';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import { configFolder } from '../config/config-folder.ts';
import { athena } from './athena.ts';
import { cli, type CliEnvironment } from './cli-run.ts';

const CONFIG = { 'anysession.config.yaml': 'environments: { dev: { provider: local } }' };
const SPARK = new URL('../../src/testing/scripted-plugin.ts', import.meta.url).pathname;

const sql = (text: string, args: readonly string[] = [], environment: CliEnvironment = {}) =>
  cli(['sql', text, ...args], { cwd: configFolder(CONFIG), ...environment });

describe('anysession sql', () => {
  it('writes a table on a terminal, and lines with tabs to a pipe', async () => {
    const text =
      "SELECT * FROM (VALUES ('AA', 8.5, 1, NULL), ('Hawaiian', -10.25, 20, 'x')) AS t(carrier, late, flights, note)";
    expect(await sql(text)).toEqual({
      code: 0,
      stdout: 'carrier\tlate\tflights\tnote\nAA\t8.50\t1\tNULL\nHawaiian\t-10.25\t20\tx\n',
      stderr: '',
    });
    expect((await sql(text, [], { columns: 80 })).stdout).toBe(
      'carrier     late  flights  note\n' +
        '────────  ──────  ───────  ────\n' +
        'AA          8.50        1  NULL\n' +
        'Hawaiian  -10.25       20  x\n',
    );
  });

  it('fits the terminal and tells the person how many rows there are', async () => {
    const { stdout, stderr } = await sql("SELECT 1 AS n, repeat('long ', 50) AS text", [], { columns: 40 });
    expect(stdout.split('\n')[2]).toBe(`1  ${'long '.repeat(50).slice(0, 36)}…`);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(40);
    // What goes on is said and taken away again before the table comes.
    expect(stderr).toMatch(/^\r\u001B\[Kdev: starting a session on local …/);
    expect(stderr.split('\r\u001B[K').at(-1)).toBe('1 row\n');
  });

  it.each([
    [['-- daily report\nSELECT 1 AS a']],
    [['-- daily report\nSELECT 1 AS a', '--csv']],
    [['--daily report\nSELECT 1 AS a', '--rows', '5', '--csv']],
    [['--\nSELECT 1 AS a', '--key', '-- k']],
    [['--json\nSELECT 1 AS a', '--csv']],
    [['--', '-- daily\nSELECT 1 AS a']],
  ])('takes SQL that begins with a comment: %j', async (words) => {
    const [stdout, end] = words.includes('--csv') ? ['a\r\n1\r\n', ''] : ['a\n1\n', ''];
    const cwd = configFolder(CONFIG);
    for (const args of [
      ['sql', ...words],
      words.includes('--') ? ['--env', 'dev', 'sql', ...words] : ['sql', '--env', 'dev', ...words],
    ]) {
      expect(await cli(args, { cwd })).toEqual({ code: 0, stdout, stderr: end });
    }
  });

  it('takes an option that is written with its value, white space and all', async () => {
    expect(await sql('SELECT 1 AS a', ['--rows=1', '--key=my key', '--csv'])).toMatchObject({ stdout: 'a\r\n1\r\n' });
  });

  describe('with data that would move the cursor, change colours or reverse texts', () => {
    const DATA =
      "SELECT chr(27) || '[31mred' || chr(155) || '1m' AS a, 'x' || chr(8238) || 'gpj.exe' AS b, 'l1' || chr(10) || 'l2' AS c";
    const HOSTILE = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\p{Bidi_Control}]/u;

    it.each([
      ['a table', [], 80],
      ['a table', [], 200],
      ['a table', [], 0],
      ['CSV', ['--csv'], 80],
      ['JSON', ['--json'], 80],
      ['JSON in a pipe', ['--json'], undefined],
    ])('writes %s that a terminal shows as it is (%j, %s columns)', async (_, args, columns) => {
      const { stdout } = await sql(DATA, args, { columns });
      expect(stdout).not.toMatch(HOSTILE);
      expect(stdout).toContain('red');
      expect(stdout).toContain('gpj.exe');
    });

    it('writes no tabs and line breaks of the data between tabs', async () => {
      const { stdout } = await sql(DATA);
      expect(stdout).toBe('a\tb\tc\nred\tx·gpj.exe\tl1↵l2\n');
      expect((await sql("SELECT 'a' || chr(9) || 'b' AS t")).stdout).toBe('t\na b\n');
    });

    it('writes CSV to a pipe as it is', async () => {
      const { stdout } = await sql(DATA, ['--csv']);
      expect(stdout).toBe('a,b,c\r\n\u001B[31mred\u009B1m,x\u202Egpj.exe,"l1\nl2"\r\n');
    });

    it.each([['table'], ['--json']])('writes no such error either (%s)', async (format) => {
      const text = "SELECT error(chr(27) || '[2J' || chr(8238) || 'gone')";
      const { code, stderr } = await sql(text, format === 'table' ? [] : [format]);
      expect(code).not.toBe(0);
      expect(stderr).toContain('gone');
      expect(stderr).not.toMatch(HOSTILE);
    });
  });

  it.each([[[]], [['--csv']]])('writes nothing of a statement without columns (%j)', async (args) => {
    const { code, stdout } = await sql('CREATE TABLE t (a INT)', args);
    expect([code, stdout]).toEqual([0, '']);
  });

  it('does not cut columns where the terminal reports a width of 0', async () => {
    const { stdout } = await sql("SELECT repeat('long ', 50) AS text", [], { columns: 0 });
    expect(stdout).toContain('long '.repeat(50).trim());
  });

  it('--json writes an array, a row a line; what JSON cannot say is text', async () => {
    const { stdout, stderr } = await sql(
      `SELECT 42 AS n, 9223372036854775807 AS big, 1.10::DECIMAL(4,2) AS price, 'NaN'::DOUBLE AS nan, NULL AS none,
        TIMESTAMP '2026-11-20 10:00:00.000001' AS at, [1, 2] AS list, {'a': 1} AS struct, 'ab'::BLOB AS bytes
       UNION ALL SELECT 1, 2, 3, 4, 5, NULL, NULL, NULL, NULL ORDER BY n DESC`,
      ['--json'],
    );
    expect(stderr).toBe('');
    expect(stdout.split('\n')).toHaveLength(5);
    expect(JSON.parse(stdout)).toEqual([
      {
        n: 42,
        big: '9223372036854775807',
        price: '1.10',
        nan: 'NaN',
        none: null,
        at: '2026-11-20T10:00:00.000001',
        list: [1, 2],
        struct: { a: 1 },
        bytes: 'YWI=',
      },
      { n: 1, big: '2', price: '3.00', nan: 4, none: 5, at: null, list: null, struct: null, bytes: null },
    ]);
  });

  it('--json of no rows is an empty array', async () => {
    expect(await sql('SELECT 1 AS a WHERE false', ['--json'])).toEqual({ code: 0, stdout: '[]\n', stderr: '' });
  });

  it('--json keeps the order of columns that look like integers, and numbers are as short as their type allows', async () => {
    const text = `SELECT 1 AS "10", '-0.0'::DOUBLE AS "2", 0.1::FLOAT AS f, {'b': 0.1::FLOAT, '1': 2} AS s`;
    const row = '{"10":1,"2":-0,"f":0.1,"s":{"b":0.1,"1":2}}';
    expect((await sql(text, ['--json'])).stdout).toBe(`[\n${row}\n]\n`);
    expect((await sql(text, ['--csv'])).stdout).toBe('10,2,f,s\r\n1,-0,0.1,"{""b"":0.1,""1"":2}"\r\n');
  });

  it('--json keeps columns of one name apart', async () => {
    expect((await sql('SELECT 1 AS a, 2 AS a', ['--json'])).stdout).toBe('[\n{"a":1,"a_2":2}\n]\n');
  });

  it('--csv writes CSV', async () => {
    const { stdout } = await sql("SELECT 'a,\"b\"' AS x, NULL AS y, '' AS z", ['--csv']);
    expect(stdout).toBe('x,y,z\r\n"a,""b""",,""\r\n');
  });

  it('takes the SQL from standard input or from a file', async () => {
    expect((await sql('-', ['--json'], { stdin: 'SELECT 1 AS a' })).stdout).toBe('[\n{"a":1}\n]\n');
    const cwd = configFolder({ ...CONFIG, 'queries/one.sql': '-- a comment\nSELECT 2 AS a' });
    expect((await cli(['sql', '--file', 'queries/one.sql', '--json'], { cwd })).stdout).toBe('[\n{"a":2}\n]\n');
  });

  it('--rows limits the rows, and a table has at most 1000 unless told otherwise', async () => {
    const range = 'SELECT range AS n FROM range(100000)';
    const limited = await sql(range, ['--rows', '2', '--csv'], { columns: 80 });
    expect(limited.stdout).toBe('n\n0\n1\n');
    expect(limited.stderr).toContain('the first 2 rows; --rows COUNT shows more, --json and --csv show all\n');
    // More than one batch of the engine.
    expect((await sql(range, ['--rows', '3000', '--csv'])).stdout.split('\r\n')).toHaveLength(3002);
    // A pipe gets all rows.
    const piped = await sql(range);
    expect([piped.stdout.split('\n').length, piped.stderr]).toEqual([100_002, '']);
    const shown = await sql(range, [], { columns: 80 });
    expect(shown.stdout.split('\n')).toHaveLength(1003);
    expect(shown.stderr).toContain('the first 1000 rows; --rows COUNT shows more, --json and --csv show all\n');
    expect((await sql(range, ['--rows', '2'])).stderr).toBe('');
    expect((await sql('SELECT range AS n FROM range(1000)', [], { columns: 80 })).stderr).toContain('K1000 rows\n');
    expect((await sql(range, ['--csv'])).stdout.split('\r\n')).toHaveLength(100_002);
  });

  it('tells SQL that is refused, and ends with 2', async () => {
    const { code, stdout, stderr } = await sql('SELEC 1');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^\[invalid-request\] .*SELEC/s);
    expect(stderr).not.toContain('    at ');
    const asJson = await sql('SELECT * FROM nowhere', ['--json']);
    expect(JSON.parse(asJson.stderr)).toMatchObject({ error: { kind: 'invalid-request', provider: 'local' } });
  });

  it('refuses an empty statement', async () => {
    expect(await sql('  ')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('The statement is empty') as unknown,
    });
    expect((await sql('-', [], { stdin: '' })).code).toBe(2);
  });

  it('refuses --keep where sessions end with their process', async () => {
    expect(await sql('SELECT 1', ['--keep'])).toEqual({
      code: 9,
      stdout: '',
      stderr:
        '[unsupported] --keep is not possible here: a session of local stops when this command exits\n→ Choose a provider that has it.\n',
    });
  });

  it('starts no session that could run no SQL', async () => {
    await using emulator = await startEmulator({ services: ['dataproc'] });
    const where = `project: my-project-1, region: us-central1, sessionType: jupyter, endpoint: "${emulator.urls.dataprocGrpc}"`;
    const cwd = configFolder({ 'anysession.config.yaml': `environments: { dev: { provider: dataproc, ${where} } }` });
    const { code, stdout, stderr } = await sql('SELECT 1', [], { cwd });
    expect([code, stdout]).toEqual([9, '']);
    expect(stderr).toContain(
      '[unsupported] sessions of dataproc cannot run SQL in this environment; no session was started',
    );
    expect(emulator.oracle.sessions()).toEqual([]);
  });

  it('stops the statement and ends the session when the person wants no more', async () => {
    const controller = new AbortController();
    const running = sql('SELECT sum(a.range * b.range) FROM range(10000000) a, range(100000) b', [], {
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(new Error('stopped by SIGINT')), 300);
    const { code, stdout, stderr } = await running;
    expect([code, stdout]).toEqual([130, '']);
    expect(stderr).toMatch(/^\[aborted\] .*\n$/);
  });

  it('--keep leaves the session running and gives its handle', async () => {
    const cwd = configFolder({ 'c.yaml': `environments: { dev: { provider: ${SPARK}, startMs: 1 } }` });
    const { code, stderr } = await cli(['sql', 'SELECT 1', '--config', 'c.yaml', '--keep', '--key', 'k'], { cwd });
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^the session is kept: \{"v":1,"provider":"scripted"/)]);
  });

  it('a key whose session has ended starts the next one; --no-restart is an error that says so', async (context) => {
    const { cwd, emulator } = await athena(0, context);
    const once = (...args: string[]) => sql('SELECT 1 AS n', ['--key', 'nightly', ...args, '--csv'], { cwd });
    expect(await once()).toMatchObject({ code: 0, stdout: 'n\r\n1\r\n' });
    const refused = await once('--no-restart');
    expect([refused.code, refused.stdout]).toEqual([5, '']);
    expect(refused.stderr).toMatch(
      /^\[conflict\] the session with key 'nightly' has ended \(TERMINAT.*\)\.\n→ Use another key, or `--restart` to start a new one\.\n$/,
    );
    expect(await once()).toMatchObject({ code: 0, stdout: 'n\r\n1\r\n' });
    expect(emulator.oracle.sessions()).toHaveLength(2);
    expect(emulator.oracle.live()).toEqual([]);
  });
});
