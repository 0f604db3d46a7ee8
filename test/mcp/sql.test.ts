import { describe, it, type TestContext } from 'vitest';
import { cloud, CLOUDS } from '../cli/clouds.ts';
import { configFolder } from '../config/config-folder.ts';
import { agent, YES, type Answer } from './agent.ts';

async function laptop(context: TestContext, answers?: readonly Answer[]) {
  const cwd = configFolder(
    { 'anysession.config.yaml': 'environments: { laptop: { provider: local } }\n' },
    context.onTestFinished,
  );
  const opened = await agent(context, { cwd, ...(answers && { answers }) });
  await opened.call('start_session');
  return { ...opened, sql: (sql: string, more: object = {}) => opened.call('run_sql', { sql, ...more }) };
}

describe('the tool run_sql', { timeout: 60_000 }, () => {
  it.concurrent('returns exact values with their columns', async (context) => {
    const { expect } = context;
    const { sql } = await laptop(context);
    const text = `SELECT 9223372036854775807 AS big, 1.50::DECIMAL(9,2) AS d, 'NaN'::DOUBLE AS n, NULL AS nothing,
      DATE '2026-11-30' AS day, [1, 2] AS list, {'b': 1, 'a': 'x'} AS s, 'AB'::BLOB AS bytes, $word AS word, $count AS count`;
    const { value } = await sql(text, { parameters: { word: `'; DROP TABLE t`, count: 3 } });
    expect(value).toMatchObject({
      rows: [
        [
          '9223372036854775807',
          '1.50',
          'NaN',
          null,
          '2026-11-30',
          [1, 2],
          { b: 1, a: 'x' },
          'QUI=',
          `'; DROP TABLE t`,
          3,
        ],
      ],
      rowCount: 1,
      isComplete: true,
    });
    expect((value['columns'] as { name: string; type: string }[])[1]).toEqual({ name: 'd', type: 'decimal(9,2)' });
  });

  it.concurrent('stops at its row and byte limits, and says so', async (context) => {
    const { expect } = context;
    const { sql } = await laptop(context);
    expect((await sql('SELECT * FROM range(100)')).value).toMatchObject({ rowCount: 100, isComplete: true });
    expect((await sql('SELECT * FROM range(101)')).value).toMatchObject({ rowCount: 100, isComplete: false });
    const endless = await sql('SELECT * FROM range(100000000000)', { maxRows: 3 });
    expect(endless.value).toMatchObject({ rows: [['0'], ['1'], ['2']], isComplete: false });
    expect(endless.text).toContain('more than 3 rows');
    const wide = await sql(`SELECT repeat('x', 30000) AS text FROM range(10)`);
    expect(wide.value).toMatchObject({ rowCount: 3, isComplete: false });
    expect(wide.text.length).toBeLessThan(101_000);
    expect((await sql(`SELECT repeat('x', 200000) AS text`)).value).toMatchObject({ rowCount: 0, isComplete: false });
    const huge = await sql(`SELECT repeat('x', 100000) AS text FROM range(100000)`);
    expect(huge.isError === true || huge.value['isComplete'] === false).toBe(true);
    expect((await sql('SELECT 1', { maxRows: 1001 })).text).toContain(
      'maxRows: expected a whole number from 1 to 1000',
    );
  });

  it.concurrent('is read-only, unless the user has seen the statement and confirms it', async (context) => {
    const { expect } = context;
    const { sql, questions } = await laptop(context, [{ action: 'decline' }, YES]);
    const create = 'CREATE TABLE t AS SELECT 1 AS a';
    expect((await sql(create)).value).toMatchObject({ error: { kind: 'forbidden', effect: 'none' } });
    expect(questions).toEqual([]);
    expect((await sql(create, { write: true })).text).toContain('The user declined');
    expect((await sql('SELECT * FROM t')).isError).toBe(true);
    expect((await sql(create, { write: true })).isError).toBeUndefined();
    expect(questions[1]).toMatch(
      /^Run this statement in session .* It may change data\.\n"CREATE TABLE t AS SELECT 1 AS a"$/,
    );
    expect((await sql('SELECT * FROM t')).value).toMatchObject({ rows: [[1]] });
    const hidden = `${create} ${' '.repeat(2_000)}`;
    expect((await sql(hidden, { write: true })).text).toContain('the user must see all of it');
    expect(questions).toHaveLength(2);
  });

  it.concurrent('writes nothing for a client that cannot ask', async (context) => {
    const { expect } = context;
    const { sql } = await laptop(context);
    expect((await sql('CREATE TABLE t (a INT)', { write: true })).value).toMatchObject({
      error: { kind: 'unsupported' },
    });
    expect((await sql('SELECT * FROM t')).isError).toBe(true);
  });

  it.concurrent('stops a statement after its timeout, and when the client cancels the call', async (context) => {
    const { expect } = context;
    const { sql, call } = await laptop(context);
    const endless = 'SELECT count(*) FROM range(1000000) a, range(1000000) b';
    const late = await sql(endless, { timeoutSeconds: 0.5 });
    expect(late.value).toMatchObject({
      error: { kind: 'timeout', message: expect.stringMatching(/Raise `timeoutSeconds`/) as string },
    });
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 500);
    const cancelled = call('run_sql', { sql: endless }, { signal: cancel.signal });
    await expect(cancelled).rejects.toThrow();
    // The session takes work again.
    expect((await sql('SELECT 1')).value).toMatchObject({ rows: [[1]] });
  });

  it.concurrent('reports the error of the engine, and needs a session', async (context) => {
    const { expect } = context;
    const { sql, call } = await laptop(context);
    expect((await sql('SELECT nope')).text).toMatch(/^\[invalid-request\] .*nope/s);
    await call('terminate_session');
    expect((await sql('SELECT 1')).text).toContain('Pass `session`: an id of list_sessions');
    expect((await sql('SELECT 1', { session: 'nobody' })).value).toMatchObject({ error: { kind: 'not-found' } });
  });

  it.concurrent.for(CLOUDS)('works in a session of %s, from its start on', async (name, context) => {
    const { expect } = context;
    const stage = await cloud(name, context, 4_000);
    const { call } = await agent(context, { cwd: stage.cwd, answers: [YES] });
    await call('start_session');
    // A wait that is over is no error.
    expect((await call('wait_session', { timeoutSeconds: 0.5 })).value).toMatchObject({
      isReady: false,
      session: { state: 'creating' },
    });
    const messages: (string | undefined)[] = [];
    const onprogress = ({ message }: { message?: string }) => void messages.push(message);
    const sql = (text: string, more: object = {}) => call('run_sql', { sql: text, ...more }, { onprogress });
    expect((await sql(`SELECT :word AS word`, { parameters: { word: "it's" } })).value).toMatchObject({
      columns: [{ name: 'word', type: 'text' }],
      rows: [["it's"]],
      isComplete: true,
    });
    expect(messages[0]).toMatch(/^session \S+ is creating/);
    expect(messages.length).toBeGreaterThan(1);
    expect((await sql('SELECT * FROM range(5)', { maxRows: 2 })).value).toMatchObject({
      rows: [['0'], ['1']],
      isComplete: false,
    });
    expect((await sql('CREATE TEMP VIEW v AS SELECT 1 AS a')).value).toMatchObject({ error: { kind: 'forbidden' } });
    expect((await sql('CREATE TEMP VIEW v AS SELECT 1 AS a', { write: true })).isError).toBeUndefined();
    expect((await sql('SELECT a FROM v')).value).toMatchObject({ rows: [[1]] });
    expect((await sql('SELECT nope')).text).toMatch(/^\[invalid-request\] .*nope/s);
    const endless = 'SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range + b.range = 7';
    expect((await sql(endless, { timeoutSeconds: 1 })).value).toMatchObject({ error: { kind: 'timeout' } });
    expect((await sql('SELECT 2 AS b')).value).toMatchObject({ rows: [[2]] });
  });
});
