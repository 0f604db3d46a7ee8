import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionHandle } from '../../../src/contract/session-handle.ts';
import type { Parameters } from '../../../src/contract/statement-runner.ts';
import { errorLike } from './error-like.ts';
import { callWith, LocalBench } from './open-local.ts';

const local = new LocalBench();
let handle: SessionHandle;
const rows = (text: string, parameters?: Parameters): Promise<unknown> => local.rows(handle, text, parameters);
const failure = (kind: string, message: RegExp | string): object =>
  errorLike(kind, message, { operation: 'execute', provider: 'local', handle });

beforeAll(async () => {
  handle = await local.ready();
});
afterAll(() => local.provider.close());

describe('parameters', () => {
  it.each([
    [null, [null, '"NULL"']],
    [true, [true, 'BOOLEAN']],
    [7, [7, 'INTEGER']],
    [-(2 ** 31), [-(2 ** 31), 'INTEGER']],
    [2 ** 31, [2147483648n, 'BIGINT']],
    [Number.MAX_SAFE_INTEGER, [9007199254740991n, 'BIGINT']],
    [2 ** 53, [2 ** 53, 'DOUBLE']],
    [0.5, [0.5, 'DOUBLE']],
    [-0, [-0, 'DOUBLE']],
    [Number.NaN, [Number.NaN, 'DOUBLE']],
    [Number.POSITIVE_INFINITY, [Number.POSITIVE_INFINITY, 'DOUBLE']],
    [5n, [5n, 'BIGINT']],
    [-(2n ** 63n), [-(2n ** 63n), 'BIGINT']],
    [2n ** 63n, [2n ** 63n, 'HUGEINT']],
    [-(2n ** 127n), [-(2n ** 127n), 'HUGEINT']],
    [2n ** 128n - 1n, [2n ** 128n - 1n, 'UHUGEINT']],
    ["it's; DROP TABLE t --", ["it's; DROP TABLE t --", 'VARCHAR']],
    ['a\0b', ['a\0b', 'VARCHAR']],
    ['größer 😀', ['größer 😀', 'VARCHAR']],
    [Uint8Array.of(0, 39, 255), [Uint8Array.of(0, 39, 255), 'BLOB']],
    [new Uint8Array(), [new Uint8Array(), 'BLOB']],
    [new Date(-1), ['1969-12-31T23:59:59.999000Z', 'TIMESTAMP WITH TIME ZONE']],
  ])('C-051 binds %o unchanged', async (value, expected) => {
    expect(await rows('SELECT $1, typeof($1)', [value])).toEqual([expected]);
    expect(await rows('SELECT ?, typeof($1)', { 1: value })).toEqual([expected]);
  });

  it('binds by name, also a name that occurs twice', async () => {
    expect(await rows('SELECT $low + $high, $low', { high: 2, low: 1 })).toEqual([[3, 1]]);
  });

  it('binds a whole number where only an integer is allowed', async () => {
    expect(await rows('FROM range(10) LIMIT ?', [2])).toHaveLength(2);
  });

  it('compares a Date with a local timestamp as UTC in any time zone', async () => {
    const date = new Date('2026-01-01T12:00:00.500Z');
    const text = "SELECT TIMESTAMP '2026-01-01 12:00:00.5' = $1, current_setting('TimeZone')";
    expect(await rows(text, [date])).toEqual([[true, 'UTC']]);
  });

  it.each<[string, string, unknown, string]>([
    ['too few values', 'SELECT ?, ?', [1], 'has 2 parameters ($1, $2) and 1 values were given'],
    ['too few values by name', 'SELECT ?, ?', [1], '1 values were given: no value for $2'],
    ['a number that is left out', 'SELECT $2', [1], 'the statement has no $1, but a parameter with a higher number'],
    ['a number in a gap', 'SELECT $1, $3', [1, 2, 3], 'the statement has no $2, but a parameter with a higher number'],
    ['too many values', 'SELECT 1', [1], 'has no parameters and 1 values were given'],
    ['no values', 'SELECT $name', undefined, 'has 1 parameters ($name) and 0 values'],
    ['a missing name', 'SELECT $a, $b, $c', { a: 1 }, 'no value was given for $b, $c'],
    ['an unknown name', 'SELECT $a', { a: 1, b: 2 }, 'has no $b; it has 1 parameters ($a)'],
    ['an invalid date', 'SELECT ?', [new Date(Number.NaN)], 'parameter 1 is an invalid Date'],
    ['an integer that is too long', 'SELECT $n', { n: 2n ** 128n }, '$n needs more than 128 bits'],
    ['an object', 'SELECT $n', { n: new Map() }, '$n has the type Map. Use null, a boolean'],
    ['undefined', 'SELECT ?', [undefined], 'parameter 1 has the type undefined'],
    ['a function', 'SELECT ?', [() => 1], 'parameter 1 has the type function'],
    ['several statements', 'SELECT 1; SELECT ?', [1], 'the text has 2 statements, and parameters require a single one'],
  ])('rejects %s', async (_what, text, parameters, words) => {
    await expect(rows(text, parameters as Parameters)).rejects.toEqual(failure('invalid-request', words));
  });
});

describe('one text', () => {
  it('runs all its statements and returns the result of the last one', async () => {
    const text = 'CREATE TEMP TABLE several (a INTEGER); INSERT INTO several VALUES (1), (2); FROM several;';
    expect(await rows(text)).toEqual([[1], [2]]);
  });

  it('stops at the first statement that fails; the earlier ones have run', async () => {
    const text = 'CREATE TEMP TABLE half (a INTEGER); INSERT INTO nowhere VALUES (1); DROP TABLE half';
    await expect(rows(text)).rejects.toEqual(failure('invalid-request', 'nowhere does not exist'));
    expect(await rows('FROM half')).toEqual([]);
  });

  it.each(['', ' \n', ';', '-- a comment', '/* another */ ;'])(
    'rejects %j, a text without a statement',
    async (text) => {
      await expect(rows(text)).rejects.toEqual(failure('invalid-request', 'the text has no statement'));
    },
  );

  it('returns the columns of an empty result, and none for a statement without a result', async () => {
    const empty = await local.run(handle, 'SELECT 1::TINYINT AS a, [2] AS b WHERE false');
    const fields = [{ name: 'a', type: { kind: 'integer', bits: 8 } }, { name: 'b' }];
    expect(empty).toMatchObject({ batches: [], fields });
    const created = await local.run(handle, 'CREATE TEMP TABLE none (a INTEGER)');
    expect(created).toEqual({ fields: [], batches: [], rows: [] });
    expect((await local.run(handle, 'INSERT INTO none VALUES (1), (2)')).rows).toEqual([[2n]]);
    expect(await rows('INSERT INTO none VALUES (3) RETURNING a + 1')).toEqual([[4]]);
  });

  it('C-056 accepts a column name twice', async () => {
    const { fields, rows: values } = await local.run(handle, 'SELECT 1 AS a, 2 AS a');
    expect([fields.map(({ name }) => name), values]).toEqual([['a', 'a'], [[1, 2]]]);
  });
});

describe('a statement that fails', () => {
  const noConstraint = 'CREATE TEMP TABLE k (a INTEGER NOT NULL); INSERT INTO k VALUES (NULL)';
  const noFile = `No files found that match the pattern "nowhere.csv"\n\nRelative paths start at the working directory, ${process.cwd()}.`;

  it.each([
    ['that does not parse', 'SELEC 1', 'invalid-request', 'Parser', /near "SELEC"\n\nLINE 1: SELEC 1\n {8}\^$/],
    ['with an unknown name', 'SELECT\n  nothing', 'invalid-request', 'Binder', /LINE 2: {3}nothing/],
    ['with an invalid cast', "SELECT 'x'::INTEGER", 'invalid-request', 'Conversion', /Could not convert string 'x'/],
    ['that violates a constraint', noConstraint, 'invalid-request', 'Constraint', /NOT NULL/],
    ['that commits no transaction', 'COMMIT', 'conflict', 'TransactionContext', /no transaction is active/],
    ['with a missing file', "FROM 'nowhere.csv'", 'not-found', 'IO', noFile],
    ['with a missing database', "ATTACH '/nowhere/x.db' (READ_ONLY)", 'not-found', 'IO', /nowhere/],
    ['in a missing folder', "COPY (SELECT 1) TO '/nowhere/x.csv'", 'not-found', 'IO', /No such file or directory/],
    ['with an invalid file', "FROM read_parquet('package.json')", 'invalid-request', 'Invalid Input', /magic bytes/],
  ])('C-052 %s fails with its reason, and the session keeps running', async (_what, text, kind, code, words) => {
    const error: unknown = await rows(text).catch((reason: unknown) => reason);
    expect(error).toEqual(failure(kind, words));
    expect(error).toMatchObject({ native: { code }, effect: 'none' });
    expect(await rows('SELECT 1')).toEqual([[1]]);
    expect(await local.describe(handle)).toMatchObject({ state: 'ready' });
  });

  it('says what to do about an unsupported type, and the session keeps running', async () => {
    const failed = failure('unsupported', 'the DuckDB type VARIANT, which is not supported. Cast it');
    await expect(rows("SELECT {'a': 1}::VARIANT AS v FROM range(1000000)")).rejects.toEqual(failed);
    expect(await rows("SELECT {'a': 1}::VARIANT::JSON")).toEqual([['{"a":1}']]);
  });

  it('installs no extension automatically', async () => {
    const failed = failure('invalid-request', /INSTALL excel|excel extension/);
    await expect(rows("FROM read_xlsx('x.xlsx')")).rejects.toEqual(failed);
    expect(await rows("SELECT current_setting('autoinstall_known_extensions')")).toEqual([[false]]);
  });

  it('reports the memory limit as a permanent error', async () => {
    await using small = new LocalBench({ memoryLimit: '64MB', init: ["SET max_temp_directory_size = '0KB'"] });
    const session = await small.ready();
    const large = 'CREATE TABLE large AS SELECT i, md5(i::VARCHAR) FROM range(10000000) t(i)';
    const members = { retry: 'permanent', native: { code: 'Out of Memory' } };
    await expect(small.run(session, large)).rejects.toEqual(errorLike('quota-exceeded', '`memoryLimit`', members));
    expect(await small.rows(session, 'SELECT 1')).toEqual([[1]]);
  });

  it('applies the limits of memory and threads', async () => {
    await using limited = new LocalBench({ memoryLimit: '512MiB', threads: 3 });
    const settings = "SELECT current_setting('memory_limit'), current_setting('threads')";
    expect(await limited.rows(await limited.ready(), settings)).toEqual([['512.0 MiB', 3n]]);
  });
});

describe('files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'anysession-files-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ["SELECT count(*), min(date) FROM 'seattle-weather.csv'", [1461n, '2012-01-01']],
    [`SELECT "Name", "Year" FROM 'cars.json' LIMIT 1`, ['chevrolet chevelle malibu', '1970-01-01']],
    ["SELECT count(*) FROM 'flights-3m.parquet'", [3_000_000n]],
  ])('reads CSV, JSON and Parquet by path: %s', async (text, row) => {
    expect(await rows(text.replace("FROM '", "FROM 'node_modules/vega-datasets/data/"))).toEqual([row]);
  });

  it('writes and reads relative to the working directory', async () => {
    const path = relative(process.cwd(), join(folder, 'out.parquet'));
    expect(await rows(`COPY (SELECT 'a text of some length' AS t, 1.50 AS d) TO '${path}'`)).toEqual([[1n]]);
    expect(await rows(`FROM '${path}'`)).toEqual([['a text of some length', '1.50']]);
  });

  it('does not spill to the working directory', async () => {
    await using small = new LocalBench({ memoryLimit: '100MB' });
    const session = await small.ready();
    const [[directory]] = (await small.rows(session, "SELECT current_setting('temp_directory')")) as [[string]];
    expect(directory).toBe(join(tmpdir(), `anysession-${session.id}`));
  });
});

describe('states while statements run', () => {
  it('C-054 is busy, reports it itself, and is ready when the last one ends', async () => {
    const session = await local.ready();
    const text = 'SELECT count(*) FROM range(3000000) a(i), range(20) b(j) WHERE hash(i, j) % 7 = 0';
    const [slow, quick] = [local.run(session, text), local.run(session, 'SELECT 1')];
    const busy = { nativeState: 'RUNNING', state: 'busy', busySource: 'service', acceptsWork: true };
    expect(await local.describe(session)).toMatchObject(busy);
    await Promise.all([slow, quick]);
    expect(await local.until(session, 'ready')).not.toHaveProperty('busySource');
  });

  it('reports the progress of a running statement only', async () => {
    const session = await local.ready();
    await local.run(session, 'CREATE TABLE numbers AS SELECT i FROM range(20000000) t(i)');
    // It takes many seconds, so that its progress is seen even when the engine uses all cores.
    const request = { id: 'watched', text: 'SELECT max(md5(md5(md5(md5(i::VARCHAR))))) FROM numbers' };
    const stop = new AbortController();
    const running = local.provider.statements!.execute(session, request, callWith(stop.signal));
    const outcome = expect(running).rejects.toMatchObject({ kind: 'aborted' });
    const { progress } = local.provider.statements!;
    let seen = progress(session, 'watched');
    for (; seen === undefined; seen = progress(session, 'watched')) await new Promise(setImmediate);
    expect(seen.fraction).toBeGreaterThan(0);
    expect(seen.fraction).toBeLessThanOrEqual(1);
    expect(seen.totalRows).toBeGreaterThan(0);
    expect(progress(session, 'another')).toBeUndefined();
    stop.abort();
    await outcome;
    await local.until(session, 'ready');
    expect(progress(session, 'watched')).toBeUndefined();
    expect(progress({ ...session, id: 'unknown' }, 'watched')).toBeUndefined();
    await local.terminate(session);
  });

  it('runs the statements of one session in their order', async () => {
    const session = await local.ready();
    await local.run(session, 'CREATE SEQUENCE turn');
    const order = await Promise.all(Array.from({ length: 20 }, () => local.rows(session, "SELECT nextval('turn')")));
    expect(order.flat(2)).toEqual(Array.from({ length: 20 }, (_, index) => BigInt(index + 1)));
  });
});
