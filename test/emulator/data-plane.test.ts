import { fromBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import { withDollarNames } from '../../src/emulator/data-plane/responder/duckdb-connection.ts';
import { FakeServer } from '../spark-connect/fake-server.ts';
import { openSqlStage, until, type SqlStage } from './sql-stage.ts';
import { releaseRequest } from '../../src/proxy/requests.ts';
import { failureOf } from '../failure-of.ts';
import {
  type ConfigRequest_OperationSchema,
  ConfigRequestSchema,
  ConfigResponseSchema,
} from '../../src/spark-connect/wire/spark-connect_pb.ts';
import { bytesOf, RawClient, SESSION } from '../proxy/proxy-stage.ts';

/** A statement that takes long enough to be stopped. */
const LONG = 'SELECT count(*) AS n FROM range(10000000) a, range(10000000) b WHERE a.range + b.range = 7';

describe('the substitute for Spark', () => {
  let stage: SqlStage;

  beforeAll(async () => {
    stage = await openSqlStage('athena');
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  it('gives each type as Spark does', async () => {
    const row = `SELECT true AS yes, 1::TINYINT AS tiny, 2::SMALLINT AS small, 3 AS whole, 4::BIGINT AS big,
      1.5::FLOAT AS half, 2.5::DOUBLE AS twice, -12.34::DECIMAL(9, 2) AS price, 'ü'::VARCHAR AS word,
      '\\x01\\xFF'::BLOB AS bytes, DATE '2024-01-02' AS day, TIMESTAMP '2024-01-02 03:04:05.678901' AS local,
      TIMESTAMPTZ '2024-01-02 03:04:05.678901+00' AS instant, [1, NULL, 3] AS list, {'a': 1, 'b': [true]} AS pair,
      MAP {'k': 1.5::DOUBLE} AS map, NULL AS nothing, 200::UTINYINT AS unsigned, 18446744073709551615::UBIGINT AS vast`;
    const result = await stage.session.sql(`${row} UNION ALL BY NAME SELECT NULL AS yes, NULL AS list`);
    expect(result.schema.fields.map(({ name, type }) => `${name} ${type}`).join('; ')).toBe(
      'yes boolean; tiny tinyint; small smallint; whole integer; big bigint; half float; twice double; ' +
        'price decimal(9,2); word text; bytes binary; day date; local timestamp; instant timestamp with time zone; ' +
        'list list<integer>; pair struct<a: integer, b: list<boolean>>; map map<text, double>; nothing integer; ' +
        'unsigned smallint; vast decimal(20,0)',
    );
    const [full, empty] = await result.rows();
    expect(full).toEqual({
      ...{ yes: true, tiny: 1, small: 2, whole: 3, big: 4n, half: 1.5, twice: 2.5, price: '-12.34', word: 'ü' },
      ...{ bytes: Uint8Array.of(1, 255), day: '2024-01-02', local: '2024-01-02T03:04:05.678901' },
      ...{ instant: '2024-01-02T03:04:05.678901Z', list: [1, null, 3], pair: { a: 1, b: [true] } },
      ...{ map: [['k', 1.5]], nothing: null, unsigned: 200, vast: '18446744073709551615' },
    });
    expect(new Set(Object.values(empty ?? {}))).toEqual(new Set([null]));
  });

  it('sums whole numbers to a BIGINT, and refuses one that is too large', async () => {
    expect(await stage.rows('SELECT sum(range) AS n FROM range(3)')).toEqual([{ n: 3n }]);
    const tooLarge = 'SELECT sum(x) AS n FROM (VALUES (9223372036854775807), (1)) AS t(x)';
    expect(await failureOf(stage.rows(tooLarge))).toMatchObject({ native: { code: 'ARITHMETIC_OVERFLOW' } });
  });

  it('has columns without rows, and no columns after a command', async () => {
    const none = await stage.session.sql('SELECT 1 AS n WHERE false');
    expect([none.schema.fields.map(({ name }) => name), await none.rows()]).toEqual([['n'], []]);
    const command = await stage.session.sql('CREATE TEMP VIEW two AS SELECT 2 AS n');
    expect([command.schema.fields, await command.rows()]).toEqual([[], []]);
    expect(await stage.rows('SELECT n FROM two')).toEqual([{ n: 2 }]);
  });

  it('ignores the release of an operation that is over, as Spark does', async () => {
    const connection = await stage.session.connect();
    const client = new RawClient(`127.0.0.1:${connection.port}`, await connection.metadata());
    const operation = { sessionId: SESSION, userContext: undefined, clientType: undefined, observed: undefined };
    for (const until of ['3', undefined]) {
      const request = releaseRequest({ ...operation, operationId: 'over' }, until);
      expect(await client.call('ReleaseExecute', [request])).toMatchObject({ error: undefined, answers: [{}] });
    }
    client.close();
  });

  it('runs a command once', async () => {
    await stage.rows('CREATE TABLE counted (n INT)');
    await stage.rows('INSERT INTO counted VALUES (1)');
    expect(await stage.rows('SELECT count(*) AS n FROM counted')).toEqual([{ n: 1n }]);
  });

  it('streams a result in batches', async () => {
    let [rows, batches, sum] = [0, 0, 0n];
    for await (const batch of (await stage.session.sql('SELECT range AS i FROM range(100000)')).batches()) {
      batches += 1;
      rows += batch.rowCount;
      for (const [value] of batch.rows({ as: 'arrays' })) sum += value as bigint;
    }
    expect([rows, sum]).toEqual([100_000, 4_999_950_000n]);
    expect(batches).toBeGreaterThan(3);
  });

  it('binds values by position and by name, and never splices them', async () => {
    const day = new Date('2024-01-02T03:04:05.678Z');
    const parameters = [null, true, 7, 2n ** 60n, 1.5, "it's", Uint8Array.of(1, 2), day, 10n ** 30n];
    const marks = parameters.map((_, at) => `? AS v${at}`).join(', ');
    const [row] = await stage.rows(`SELECT ${marks}`, { parameters });
    const expected = parameters.map((value) => (value === day ? '2024-01-02T03:04:05.678000Z' : String(value)));
    expect(Object.values(row ?? {}).map(String)).toEqual(expected);
    const named = "SELECT :word AS word, ':word' AS text, 1::INT AS one, :n + 1 AS n";
    const values = { word: 'it', text: ':word', one: 1, n: 2 };
    expect(await stage.rows(named, { parameters: { word: 'it', n: 1 } })).toEqual([values]);
    const replaced = withDollarNames('SELECT ":a", `:a`, :ab, :a -- :a\n/* :a */', ['a']);
    expect(replaced).toBe('SELECT ":a", `:a`, :ab, $a -- :a\n/* :a */');
  });

  it.each([
    ['SELEC', 'PARSE_SYNTAX_ERROR', '42601'],
    ['SELECT nope', 'UNRESOLVED_COLUMN.WITHOUT_SUGGESTION', '42703'],
    ['INSERT INTO nowhere VALUES (1)', 'TABLE_OR_VIEW_NOT_FOUND', '42P01'],
    ["SELECT 'x'::INT", 'CAST_INVALID_INPUT', '22018'],
    ['SELECT ? + ?', 'UNBOUND_SQL_PARAMETER', '42P02'],
    ['SELECT $2', 'UNBOUND_SQL_PARAMETER', '42P02'],
  ])('refuses %s with the class of Spark and the text of DuckDB, and keeps working', async (text, code, sqlState) => {
    const parameters = text.includes('?') ? [1] : [];
    const failure = { kind: 'invalid-request', native: { code, sqlState } };
    expect(await failureOf(stage.rows(text, { parameters }))).toMatchObject(failure);
    expect(await stage.rows('SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  it('distinguishes a table that exists from one that does not', async () => {
    await stage.rows('CREATE TABLE twice (n INT)');
    const native = { code: 'TABLE_OR_VIEW_ALREADY_EXISTS', sqlState: '42P07' };
    expect(await failureOf(stage.rows('CREATE TABLE twice (n INT)'))).toMatchObject({ native });
  });

  it('keeps settings, reports its version, and shares its session', async () => {
    const connection = await stage.session.connect();
    expect(connection).toMatchObject({ sparkVersion: '3.5.6-duckdb-responder', tls: false, userId: 'anysession' });
    const { settings } = connection;
    await settings.set('spark.x', '1');
    expect(await settings.get('spark.x')).toBe('1');
    await settings.unset('spark.x');
    expect(await settings.get('spark.x')).toBeUndefined();
  });

  it('takes a request without a user as one of the user with the empty name, as Spark does', async () => {
    const connection = await stage.session.connect();
    const client = new RawClient(`127.0.0.1:${connection.port}`, await connection.metadata());
    const configure = (operation: MessageInitShape<typeof ConfigRequest_OperationSchema>, user?: object) =>
      client.call('Config', [
        bytesOf(ConfigRequestSchema, { sessionId: SESSION, operation, ...(user && { userContext: user }) }),
      ]);
    await configure({ opType: { case: 'set', value: { pairs: [{ key: 'spark.x', value: 'of nobody' }] } } });
    const { answers } = await configure({ opType: { case: 'getOption', value: { keys: ['spark.x'] } } }, {});
    expect(fromBinary(ConfigResponseSchema, answers[0] ?? Buffer.of()).pairs).toMatchObject([{ value: 'of nobody' }]);
    client.close();
  });

  it('keeps the session BUSY while a statement runs, and stops working when it is cancelled', async () => {
    const statement = stage.session.submit(LONG);
    const failed = failureOf(statement.result());
    const state = (): string | undefined => stage.emulator.oracle.sessions()[0]?.state;
    await until(() => state() === 'BUSY');
    await statement.cancel();
    expect(await failed).toMatchObject({ kind: 'aborted' });
    expect(await stage.rows('SELECT 1 AS n')).toEqual([{ n: 1 }]);
    await until(() => state() === 'IDLE');
  });

  it('refuses plans that are no SQL, and calls it does not have', async () => {
    expect(stage.calls('ReleaseSession')).toEqual([]);
    expect(await failureOf(stage.rows('SELECT 1; SELECT 2'))).toMatchObject({ kind: 'invalid-request' });
  });
});

describe('the substitute as Spark 4.0', () => {
  it('names its session and gives the details of an error', async () => {
    await using stage = await openSqlStage('athena', { responderVersion: '4.0' });
    expect((await stage.session.connect()).sparkVersion).toBe('4.0.1-duckdb-responder');
    expect(await stage.rows('SELECT ? AS n', { parameters: [5] })).toEqual([{ n: 5 }]);
    expect(await failureOf(stage.rows('SELECT nope'))).toMatchObject({ native: { sqlState: '42703' } });
    expect(stage.calls('FetchErrorDetails')).toHaveLength(1);
    // A server that names its session needs no sentinel.
    expect(stage.calls('Config')).toEqual([]);
  });
});

describe('another server behind the data plane', () => {
  it('gets the requests of the client byte by byte, and its answers come back', async () => {
    const server = new FakeServer();
    await server.listen();
    try {
      await using stage = await openSqlStage('emr-serverless', { engine: `sc://127.0.0.1:${server.port}` });
      expect(await stage.rows('SELECT n')).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
      server.faults = [{ at: 1, kind: 'status', code: 13, text: '[SOME.CLASS] no', info: { sqlState: '42000' } }];
      const native = { code: 'SOME.CLASS', sqlState: '42000' };
      expect(await failureOf(stage.rows('SELECT n'))).toMatchObject({ native });
      const { sessionId, userId } = await stage.session.connect();
      const seen = server.calls.map(({ token, request }) => {
        const named = request as { readonly sessionId?: string; readonly userContext?: { readonly userId: string } };
        return [token, named.sessionId, named.userContext?.userId];
      });
      expect(new Set(seen.map((one) => one.join()))).toEqual(new Set([['', sessionId, userId].join()]));
      server.faults = [{ at: 1, kind: 'silence' }];
      const statement = stage.session.submit('SELECT n');
      const failed = failureOf(statement.result().then((result) => result.rows()));
      await until(() => server.begun.size === 6);
      await statement.cancel();
      expect(await failed).toMatchObject({ kind: 'aborted' });
      expect(server.interrupted).toHaveLength(1);
    } finally {
      server.close();
    }
  });

  it('that does not listen is one clear error', async () => {
    await using stage = await openSqlStage('athena', { engine: 'sc://127.0.0.1:1' });
    expect(await failureOf(stage.rows('SELECT 1'))).toMatchObject({ kind: 'unavailable' });
  });

  it('is refused in the options when its address cannot be read', async () => {
    for (const engine of ['sc://nowhere', 'sc://h:65536', 'sc://h:0', 'sc://h:1/;token=hush'] as const) {
      const error = await failureOf(startEmulator({ services: ['athena'], engine }));
      const message = expect.stringContaining('as sc://host:port without parameters; found') as string;
      expect(error).toMatchObject({ kind: 'config-invalid', message });
      expect((error as Error).message).not.toContain('hush');
    }
  });
});
