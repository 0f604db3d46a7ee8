import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SessionError } from '../../src/contract/session-error.ts';
import type { Statement } from '../../src/statement/statement.ts';
import { CuttingProxy } from './cutting-proxy.ts';
import { EngineClient } from './engine-client.ts';
import { ENGINES } from './engine-homes.ts';
import { startEngine, type EngineServer } from './engine-server.ts';
import { runningOperations } from './running-operations.ts';
import { failureOf } from '../failure-of.ts';

/** Works for minutes, in many small tasks, and gives nothing before its end. */
const ENDLESS = 'SELECT count(*) FROM range(0, 40000000000) WHERE hash(id) % 1000003 = 1';
/** Works for a second or two. */
const SHORT = 'SELECT count(*) FROM range(0, 40000000) WHERE hash(id) % 1000003 = 1';

/**
 * The connection, and one stream with the error codes that proxies use.
 * @see https://www.rfc-editor.org/rfc/rfc9113#section-7 (read 2026-11-21)
 */
const CUTS = [{ what: 'socket' }, { what: 'stream', errorCode: 0 }, { what: 'stream', errorCode: 8 }] as const;

describe.each(ENGINES)('%s', (engine) => {
  let server: EngineServer;
  let client: EngineClient;

  beforeAll(async () => {
    server = await startEngine(engine);
    client = new EngineClient(server.port);
    await client.sql('SELECT 1');
  });

  afterAll(async () => {
    await client[Symbol.asyncDispose]();
    await server.stop();
  });

  describe('cancel', () => {
    const expectCancelled = async (statement: Statement): Promise<void> => {
      await statement.cancel();
      await statement.done;
      expect(statement.state).toBe('cancelled');
      expect(await runningOperations(client)).toEqual([]);
      expect(await (await client.sql('SELECT 2 AS two')).rows()).toEqual([{ two: 2 }]);
    };

    // Spark ends the operation but runs a stage whose job it was just about to submit, so these two must end by themselves.
    it.each([0, 20])('after %i ms ends the operation on the server', async (afterMs) => {
      const statement = client.submit(SHORT);
      await pause(afterMs);
      await expectCancelled(statement);
    });

    it('stops the tasks that the server runs', async () => {
      const before = newestTask(server);
      const statement = client.submit(ENDLESS);
      if (engine === 'sail') await pause(1500);
      else await expect.poll(() => newestTask(server), { timeout: 60_000 }).toBeGreaterThan(before);
      await expectCancelled(statement);
    });
  });

  describe('a result that is too large', () => {
    it.each([{ maxRows: 1000 }, { maxResultBytes: 10_000 }])(
      'of %o is one error and is worked on no more',
      async (limit) => {
        const result = await client.sql('SELECT id, id * 2 AS twice FROM range(0, 300000000, 1, 3000)', limit);
        expect(await failureOf(result.rows())).toMatchObject({ kind: 'invalid-request' });
        expect(await runningOperations(client)).toEqual([]);
      },
    );
  });

  describe('bad SQL', () => {
    it('says what is broken, and where', async () => {
      const error = await failureOf(client.sql('SELECT 1 AS one,\n  FROM WHERE x'));
      expect(error).toMatchObject({ kind: 'invalid-request', effect: 'none' });
      if (engine === 'sail') return;
      // Without a comma too many this is a column named FROM, and what cannot be found is x.
      expect(error.message).toMatch(/line 2,? pos 13/);
      expect(error.native?.code).toBe('UNRESOLVED_COLUMN.WITHOUT_SUGGESTION');
      if (engine === 'spark-3.5') return;
      expect(error.native).toMatchObject({
        sqlState: '42703',
        messageParameters: { objectName: '`x`' },
        queryContexts: [{ fragment: 'x', start: 30, stop: 30 }],
      });
    });

    it('that is no SQL is refused by its parser', async () => {
      const error = await failureOf(client.sql('SELEC 1'));
      expect(error).toMatchObject({ kind: 'invalid-request', effect: 'none' });
      if (engine !== 'sail') expect(error.native?.code).toBe('PARSE_SYNTAX_ERROR');
    });

    it('of an unknown table names it', async () => {
      const error = await failureOf(client.sql('SELECT * FROM there_is_none'));
      expect(error).toMatchObject({ kind: 'invalid-request' });
      expect(error.message).toContain('there_is_none');
    });

    it.each([
      ['too few parameters', 'SELECT ? + ?', [1]],
      ['a name that is not bound', 'SELECT :a + :b', { a: 1 }],
      ['a parameter of a wrong type', 'SELECT array_max(?)', ['no array']],
    ] as const)('with %s is refused', async (_, text, parameters) => {
      const error = await failureOf(client.sql(text, { parameters }).then((result) => result.rows()));
      expect(error).toMatchObject({ kind: 'invalid-request' });
    });
  });

  describe('a connection that breaks', () => {
    it.each(CUTS)('behind any message gives the same rows: %o', async (kind) => {
      await using proxy = await new CuttingProxy(server.port).listen();
      await using cut = new EngineClient(proxy.port);
      const text = 'SELECT id, CAST(id AS STRING) AS text FROM range(0, 12000) ORDER BY id';
      await cut.sql('SELECT 1');
      proxy.messages = 0;
      const expected = await (await cut.sql(text)).rows();
      const { messages } = proxy;
      for (let after = 1; after <= messages; after += 1) {
        proxy.messages = 0;
        proxy.cut = { after, ...kind };
        const rows = await cut
          .sql(text)
          .then((result) => result.rows())
          .catch((error: unknown) => error);
        // Sail forgets what it has sent, so that not every break of it can be mended; that is said, and never hidden.
        if (engine === 'sail' && SessionError.is(rows, 'unavailable')) continue;
        expect(rows, `behind message ${after} of ${messages}`).toEqual(expected);
      }
    });

    it('runs a command once', async () => {
      await using proxy = await new CuttingProxy(server.port).listen();
      await using cut = new EngineClient(proxy.port);
      await (await cut.sql('CREATE TABLE written (n INT) USING parquet')).rows();
      const lost: number[] = [];
      for (const after of [1, 2, 3, 4]) {
        proxy.messages = 0;
        proxy.cut = { after, what: 'socket' };
        await cut.sql(`INSERT INTO written VALUES (${after})`).catch((error: unknown) => {
          expect(error).toMatchObject({ kind: 'unavailable', effect: 'unknown' });
          lost.push(after);
        });
      }
      proxy.cut = undefined;
      // The last cut may come behind the last insert; it has to be noticed before the next statement is sent.
      await pause(200);
      const written = (await (await cut.sql('SELECT n FROM written ORDER BY n')).rows()).map(({ n }) => n);
      expect(new Set(written).size).toBe(written.length);
      expect(written).toEqual(expect.arrayContaining([1, 2, 3, 4].filter((n) => !lost.includes(n))));
      // Sail forgets what it has run, so that it cannot be asked; of Spark nothing may be lost.
      if (engine !== 'sail') expect(lost).toEqual([]);
      await (await cut.sql('DROP TABLE written')).rows();
    });
  });

  describe('a server that was restarted', () => {
    it('fails what it ran, has lost the session, and says so for ever', async () => {
      await using other = new EngineClient(server.port);
      await (await other.sql('CREATE TEMPORARY VIEW mine AS SELECT 1 AS one')).rows();
      await (await other.sql('SELECT * FROM mine')).rows();
      await using hurried = new EngineClient(server.port, true);
      const running = hurried.submit(ENDLESS);
      await pause(500);
      await server.stop();
      expect(await failureOf(running.result())).toMatchObject({ kind: 'unavailable', effect: 'unknown' });
      server = await startEngine(engine, server.port);
      expect(await failureOf(other.sql('SELECT 1'))).toMatchObject({ kind: 'session-failed' });
      expect(await failureOf(other.sql('SELECT 1'))).toMatchObject({ kind: 'session-failed' });
      client = new EngineClient(server.port);
      expect(await (await client.sql('SELECT 2 AS two')).rows()).toEqual([{ two: 2 }]);
    });
  });
});

/** The number of the newest task in the log of a Spark server; 0 if the log has none. */
function newestTask(server: EngineServer): number {
  const numbers = [...server.output().matchAll(/Running task .*\(TID (\d+)\)/g)].map(([, number]) => Number(number));
  return Math.max(0, ...numbers);
}
