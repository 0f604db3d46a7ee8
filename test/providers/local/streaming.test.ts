import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ColumnBatch } from '../../../src/contract/column-batch.ts';
import type { SessionHandle } from '../../../src/contract/session-handle.ts';
import { errorLike } from './error-like.ts';
import { LocalBench, readAll } from './open-local.ts';
import { rawValues } from './raw-values.ts';

const local = new LocalBench();
let handle: SessionHandle;

beforeAll(async () => {
  handle = await local.ready();
});
afterAll(() => local.provider.close());

const numbers = (batches: readonly ColumnBatch[]): bigint[] =>
  batches.flatMap(({ columns }) => rawValues(columns[0]!) as bigint[]);
const upTo = (count: number): bigint[] => Array.from({ length: count }, (_, index) => BigInt(index));

describe('a large result', () => {
  it('C-050 arrives in order: the first chunk alone, then in doubling batches', async () => {
    const { batches } = await local.run(handle, 'FROM range(300000)');
    const sizes = batches.map(({ rowCount }) => rowCount);
    expect(sizes.slice(0, 7)).toEqual([2048, 4096, 8192, 16_384, 32_768, 65_536, 65_536]);
    expect(numbers(batches)).toEqual(upTo(300_000));
  });

  it('has smaller batches when its rows are large', async () => {
    const { batches } = await local.run(handle, "SELECT repeat('x', 20000) AS wide FROM range(6000)");
    expect(batches.map(({ rowCount }) => rowCount)).toEqual([2048, 2048, 1904]);
  });

  it('is not computed in advance: the first rows of an endless one arrive at once', async () => {
    const execution = await local.execute(handle, 'FROM range(1000000000000)');
    const batches = execution.batches()[Symbol.asyncIterator]();
    expect((await batches.next()).value).toMatchObject({ rowCount: 2048 });
    expect(await local.describe(handle)).toMatchObject({ state: 'busy' });
    await execution.close();
    expect(await local.describe(handle)).toMatchObject({ state: 'ready' });
    await expect(batches.next()).rejects.toEqual(errorLike('conflict', 'closed while it was read'));
  });

  it('frees the session when its reader stops early', async () => {
    for await (const { rowCount } of (await local.execute(handle, 'FROM range(1000000000000)')).batches()) {
      expect(rowCount).toBe(2048);
      break;
    }
    expect(await local.describe(handle)).toMatchObject({ state: 'ready' });
    expect(await local.rows(handle, 'SELECT 1')).toEqual([[1]]);
  });

  it('is read into memory when the next statement begins, so that both work', async () => {
    const half = await local.execute(handle, 'FROM range(200000)');
    const batches = half.batches()[Symbol.asyncIterator]();
    const read = [(await batches.next()).value as ColumnBatch];
    expect(await local.rows(handle, 'SELECT 1')).toEqual([[1]]);
    expect(await local.describe(handle)).toMatchObject({ state: 'ready' });
    for (let next = await batches.next(); next.done !== true; next = await batches.next()) read.push(next.value);
    expect(numbers(read)).toEqual(upTo(200_000));
  });

  it('is complete when its reader and the next statement compete', async () => {
    const executions = await Promise.all(Array.from({ length: 5 }, () => local.execute(handle, 'FROM range(100000)')));
    const results = await Promise.all(executions.map(readAll));
    for (const { batches } of results) expect(numbers(batches)).toEqual(upTo(100_000));
  });
});

describe('a small result', () => {
  it('is complete at once, even without a reader', async () => {
    const execution = await local.execute(handle, 'FROM range(2048)');
    await local.until(handle, 'ready');
    expect(numbers((await readAll(execution)).batches)).toEqual(upTo(2048));
  });

  it('can be read once, and not after close', async () => {
    const read = await local.execute(handle, 'SELECT 1');
    await readAll(read);
    await expect(readAll(read)).rejects.toEqual(errorLike('conflict', 'this result was read. Run the statement again'));
    const closed = await local.execute(handle, 'SELECT 1');
    await closed.close();
    await closed.close();
    await expect(readAll(closed)).rejects.toEqual(errorLike('conflict', 'this result is closed'));
  });
});

describe('a result that fails', () => {
  const afterRows = "CASE WHEN i = 400000 THEN error('stop here') ELSE 'a text of some length' END";

  it('rejects its reader with the reason', async () => {
    const execution = await local.execute(handle, `SELECT ${afterRows} FROM range(1000000) t(i)`);
    let rowCount = 0;
    const reading = (async () => {
      for await (const batch of execution.batches()) rowCount += batch.rowCount;
    })();
    await expect(reading).rejects.toEqual(errorLike('invalid-request', 'Invalid Input Error: stop here'));
    expect(rowCount).toBeGreaterThan(2048);
    expect(rowCount).toBeLessThan(400_000);
    expect(await local.describe(handle)).toMatchObject({ state: 'ready' });
    expect(await local.rows(handle, 'SELECT 1')).toEqual([[1]]);
  });

  it('shows the original line, and works with parameters', async () => {
    const text = "SELECT i,\n  CASE WHEN i = $at THEN ('x' || i)::INTEGER ELSE 0 END\nFROM range(1000000) t(i);";
    const running = local.run(handle, text, { at: 500_000 });
    await expect(running).rejects.toMatchObject({
      message: expect.stringMatching(/Could not convert string 'x500000' to INT32\n\nLINE 2: {3}CASE WHEN/),
      native: { code: 'Conversion' },
    });
  });

  it('rejects its reader also after it was read into memory', async () => {
    const execution = await local.execute(handle, `SELECT ${afterRows} FROM range(1000000) t(i)`);
    expect(await local.rows(handle, 'SELECT 1')).toEqual([[1]]);
    await expect(readAll(execution)).rejects.toEqual(errorLike('invalid-request', 'stop here'));
  });

  const broken = `SELECT ${afterRows} FROM range(1000000) t(i)`;
  it.each([
    ['a semicolon and a comment', `${broken}; -- daily`],
    ['comments with semicolons', `/* a; b */ ${broken}; -- daily; it's`],
    ['a comment without a semicolon', `${broken} -- daily`],
    ['a block comment at its end', `${broken}; /* it's; daily */ ;`],
    ['many semicolons', `${broken};;\n ; `],
    ['semicolons in its texts', `SELECT 'a;b', ${afterRows}, ';' AS ";" FROM range(1000000) t(i); --;`],
    ['a comment in the middle', `SELECT /* ; */ ${afterRows} -- ;\n FROM range(1000000) t(i); --`],
    ['a statement before it', `SELECT 1; ${broken}`],
    ['statements and comments before it', `-- a; b\nSELECT ';'; /* ; */ SELECT 2 -- c; d\n; ${broken}; -- e`],
    ['CTEs', `WITH w AS (${broken}) FROM w; -- daily`],
  ])('gives its reason with %s', async (_, text) => {
    await expect(local.run(await local.ready(), text)).rejects.toEqual(
      errorLike('invalid-request', 'Invalid Input Error: stop here'),
    );
  });

  it('gives its reason with parameters, a comment and a semicolon', async () => {
    const text = "SELECT CASE WHEN i = $1 THEN error($2) ELSE 'text' END\nFROM range(1000000) t(i); -- $3; daily";
    const running = local.run(handle, text, [400_000, 'stop; -- here']);
    await expect(running).rejects.toEqual(errorLike('invalid-request', 'Invalid Input Error: stop; -- here'));
  });

  it('runs the statements before it once, and shows the line of the text', async () => {
    const session = await local.ready();
    await local.run(session, 'CREATE TABLE log (n INTEGER)');
    const text =
      "INSERT INTO log VALUES (1);\nSELECT i,\n  CASE WHEN i = 400000 THEN ('x' || i)::INTEGER END\nFROM range(1000000) t(i); -- daily";
    await expect(local.run(session, text)).rejects.toMatchObject({
      message: expect.stringMatching(/Could not convert string 'x400000' to INT32\n\nLINE 3: {3}CASE WHEN/) as string,
    });
    expect(await local.rows(session, 'FROM log')).toEqual([[1]]);
  });

  it('says how to get the reason when it must not run again', async () => {
    const session = await local.ready();
    const unexplained = errorLike(
      'unexpected',
      /stopped after \d+ rows without a reason. To get the reason, run the statement as CREATE TEMP TABLE/,
    );
    const broken = `SELECT ${afterRows} FROM range(1000000) t(i)`;
    await local.run(session, 'BEGIN');
    await expect(local.run(session, broken)).rejects.toEqual(unexplained);
  });
});
