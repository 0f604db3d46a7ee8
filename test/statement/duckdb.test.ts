import * as arrow from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeArrowStream } from '../../src/spark-connect/arrow-stream.ts';
import { decodeColumn } from '../../src/statement/values/decode-column.ts';
import type { ResultValue } from '../../src/statement/values/result-value.ts';
import { DuckDbStage } from './duckdb-stage.ts';
import { failureOf } from '../failure-of.ts';

/** Keeps two cores busy for minutes. */
const ENDLESS = 'SELECT count(*) AS n FROM range(10_000_000) a, range(10_000_000) b WHERE (a.range * b.range) % 7 = 3';

let duckdb: DuckDbStage;

beforeAll(async () => {
  duckdb = await DuckDbStage.open();
});

afterAll(() => duckdb.close());

async function value(expression: string): Promise<ResultValue> {
  const [[only]] = (await (await duckdb.sql(`SELECT ${expression}`)).rows({ as: 'arrays' })) as [[ResultValue]];
  return only;
}

describe('values of every DuckDB type', () => {
  it.each<[string, string, ResultValue]>([
    // DuckDB gives a bare NULL the type INTEGER.
    ['NULL', 'integer', null],
    ['true', 'boolean', true],
    ['(-128)::TINYINT', 'tinyint', -128],
    ['255::UTINYINT', 'utinyint', 255],
    ['(-32768)::SMALLINT', 'smallint', -32_768],
    ['65535::USMALLINT', 'usmallint', 65_535],
    ['2147483647::INTEGER', 'integer', 2_147_483_647],
    ['4294967295::UINTEGER', 'uinteger', 4_294_967_295],
    ['9223372036854775807::BIGINT', 'bigint', 2n ** 63n - 1n],
    ['18446744073709551615::UBIGINT', 'ubigint', 2n ** 64n - 1n],
    ["'-170141183460469231731687303715884105728'::HUGEINT", 'hugeint', -(2n ** 127n)],
    ["'340282366920938463463374607431768211455'::UHUGEINT", 'uhugeint', 2n ** 128n - 1n],
    ['1.5::FLOAT', 'float', 1.5],
    ["'nan'::DOUBLE", 'double', Number.NaN],
    ["'-inf'::DOUBLE", 'double', Number.NEGATIVE_INFINITY],
    ['(-1.05)::DECIMAL(4,2)', 'decimal(4,2)', '-1.05'],
    ['123456.789::DECIMAL(9,3)', 'decimal(9,3)', '123456.789'],
    ['0::DECIMAL(18,4)', 'decimal(18,4)', '0.0000'],
    ["'-99999999999999999999999999999999999999'::DECIMAL(38,0)", 'decimal(38,0)', `-${'9'.repeat(38)}`],
    ["'0.00000000000000000000000000000000000001'::DECIMAL(38,38)", 'decimal(38,38)', `0.${'0'.repeat(37)}1`],
    ["'Zürich ☃ it''s'", 'text', "Zürich ☃ it's"],
    ["'\\x00\\xFF'::BLOB", 'binary', new Uint8Array([0, 255])],
    ["DATE '2024-02-29'", 'date', '2024-02-29'],
    ["DATE '0044-03-15 (BC)'", 'date', '-000043-03-15'],
    ["'infinity'::DATE", 'date', 'infinity'],
    ["'-infinity'::DATE", 'date', '-infinity'],
    ["TIME '23:59:59.000007'", 'time', '23:59:59.000007'],
    ["TIME '24:00:00'", 'time', '24:00:00'],
    ["TIMESTAMP '2024-02-29 12:34:56.000007'", 'timestamp', '2024-02-29T12:34:56.000007'],
    ["TIMESTAMP_S '1969-12-31 23:59:59'", 'timestamp', '1969-12-31T23:59:59'],
    ["TIMESTAMPTZ '2024-07-01 02:00:00+02'", 'timestamp with time zone', '2024-07-01T00:00:00Z'],
    ["TIMESTAMP '290000-01-01 00:00:00'", 'timestamp', '+290000-01-01T00:00:00'],
    ["'-infinity'::TIMESTAMP", 'timestamp', '-infinity'],
    ["'infinity'::TIMESTAMPTZ", 'timestamp with time zone', 'infinity'],
    ["INTERVAL '1 year 2 months 3 days 04:05:06.000007'", 'interval', 'P1Y2M3DT4H5M6.000007S'],
    ["INTERVAL '-1 hour'", 'interval', '-PT1H'],
    ["INTERVAL '0 days'", 'interval', 'PT0S'],
    ['[1, NULL, 3]', 'list<integer>', [1, null, 3]],
    ['[[]::INTEGER[], NULL, [2]]', 'list<list<integer>>', [[], null, [2]]],
    ["{'a': 1, 'b': {'c': 'x'}}", 'struct<a: integer, b: struct<c: text>>', { a: 1, b: { c: 'x' } }],
    [
      "MAP {'k': 1, 'l': NULL}",
      'map<text, integer>',
      [
        ['k', 1],
        ['l', null],
      ],
    ],
    ["'a'::ENUM ('a', 'b')", 'text', 'a'],
    ["'00000000-0000-0000-0000-00000000000a'::UUID", 'text', '00000000-0000-0000-0000-00000000000a'],
  ])('%s is %s', async (expression, type, expected) => {
    const result = await duckdb.sql(`SELECT ${expression} AS v`);
    expect(result.schema.fields).toMatchObject([{ name: 'v', type }]);
    expect(await result.rows()).toEqual([{ v: expected }]);
    if (!type.includes('hugeint')) {
      const { batches } = await decodeArrowStream(await result.toIPC());
      expect(batches.map(({ columns }) => columns.map(decodeColumn))).toEqual([[[expected]]]);
    }
    const nothing = await duckdb.sql(
      `SELECT v FROM (SELECT ${expression} AS v) WHERE v IS DISTINCT FROM v UNION ALL SELECT NULL`,
    );
    expect(await nothing.rows()).toEqual([{ v: null }]);
  });

  it('are the texts that DuckDB itself writes', async () => {
    const moments =
      "TIMESTAMP '1970-01-01' + INTERVAL ((hash(range) % 200_000_000_000_000_000)::BIGINT - 60_000_000_000_000_000) MICROSECOND";
    const unlessZero = (text: string): string => `regexp_replace(${text}, '\\.000000$', '')`;
    const result = await duckdb.sql(`
      SELECT ts, ts::DATE AS day, ts::TIME AS tod, money, big, ${unlessZero("strftime(ts, '%Y-%m-%dT%H:%M:%S.%f')")} AS ts_text,
        strftime(ts, '%Y-%m-%d') AS day_text, ${unlessZero("strftime(ts, '%H:%M:%S.%f')")} AS tod_text,
        money::VARCHAR AS money_text, big::VARCHAR AS big_text
      FROM (
        SELECT ${moments} AS ts, (((hash(range) % 1_000_000_000)::BIGINT - 500_000_000) / 100)::DECIMAL(20,2) AS money,
          (hash(range)::HUGEINT - hash(range + 7)::HUGEINT) * 10_000_000_000_000 AS big
        FROM range(5000)
        UNION ALL SELECT TIMESTAMP '2024-01-01', 0, 0
      )`);
    const rows = await result.rows({ as: 'arrays' });
    expect(rows).toHaveLength(5001);
    for (const [ts, day, tod, money, big, ...texts] of rows) {
      expect([ts, day, tod, money, `${big as bigint}`]).toEqual(texts);
    }
  });
});

describe('parameters', () => {
  it('take back the texts that rows give', async () => {
    const result = await duckdb.sql(
      'SELECT ?::TIMESTAMP AS ts, ?::DATE AS day, ?::TIME AS tod, ?::DECIMAL(12,2) AS money',
      {
        parameters: ['2024-02-29T12:34:56.000007', '2024-02-29', '12:34:56.000007', '-1234.50'],
      },
    );
    expect(await result.rows({ as: 'arrays' })).toEqual([
      ['2024-02-29T12:34:56.000007', '2024-02-29', '12:34:56.000007', '-1234.50'],
    ]);
  });
});

describe('results', () => {
  it('without rows have their columns; statements without a result have neither', async () => {
    const empty = await duckdb.sql("SELECT 1 AS n, 'x' AS t WHERE false");
    expect(await empty.rows()).toEqual([]);
    expect((await empty.columns()).map(({ name, values }) => [name, values])).toEqual([
      ['n', []],
      ['t', []],
    ]);
    expect((await empty.toArrow()).schema.fields.map(String)).toEqual(['n: Int32', 't: Utf8']);
    const statement = duckdb.submit('CREATE OR REPLACE TABLE t1 (n INTEGER)');
    const created = await statement.result();
    expect(created.schema.fields).toEqual([]);
    expect(await created.rows()).toEqual([]);
    expect(statement.state).toBe('succeeded');
    // The engine tells how many rows it wrote, in a column that is not part of the result.
    const filled = await duckdb.sql('CREATE OR REPLACE TABLE t1 AS SELECT range AS n FROM range(3)');
    expect([filled.schema.fields, await filled.rows()]).toEqual([[], []]);
  });

  it('keep columns of the same name apart', async () => {
    const result = await duckdb.sql('SELECT 1 AS id, 2 AS id, 3 AS id_2');
    expect(await result.rows()).toEqual([{ id: 1, id_3: 2, id_2: 3 }]);
  });

  it('that are small are complete although nobody reads them, and the session is free', async () => {
    const statement = duckdb.submit('SELECT 1 AS n');
    await statement.done;
    expect(statement.state).toBe('succeeded');
    expect(await duckdb.state()).toBe('ready');
  });

  it('are pulled as they are read, one batch ahead, and given up when the loop is left', async () => {
    const before = duckdb.pulled;
    const statement = duckdb.submit('SELECT range AS n FROM range(100_000_000)');
    const result = await statement.result();
    let taken = 0;
    for await (const batch of result.batches()) {
      taken += 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(duckdb.pulled - before).toBeLessThanOrEqual(taken + 1);
      expect(batch.rows({ as: 'arrays' })[0]).toHaveLength(1);
      if (taken === 3) break;
    }
    expect(statement.state).toBe('succeeded');
    expect(await value('41 + 1')).toBe(42);
  });

  it('of a million rows become an Arrow table', { timeout: 60_000 }, async () => {
    const result = await duckdb.sql(`
      SELECT range AS id, 'carrier ' || (range % 1000) AS carrier, range / 4 AS delay,
        TIMESTAMP '2024-01-01' + INTERVAL (range) SECOND AS at
      FROM range(1_000_000)`);
    const table = await result.toArrow();
    expect(table).toBeInstanceOf(arrow.Table);
    expect(table.numRows).toBe(1_000_000);
    expect(table.schema.fields.map(String)).toEqual([
      'id: Int64',
      'carrier: Utf8',
      'delay: Float64',
      'at: Timestamp<MICROSECOND>',
    ]);
    let sum = 0n;
    for (const id of table.getChild('id')!) sum += id as bigint;
    expect(sum).toBe(499_999_500_000n);
    expect(table.get(999_999)!.toJSON()).toMatchObject({ id: 999_999n, carrier: 'carrier 999', delay: 249_999.75 });
    const columns = await result.columns();
    expect(columns[3]!.values[999_999]).toBe('2024-01-12T13:46:39');
    expect(columns[1]!.values[123_456]).toBe('carrier 456');
  });

  it('beyond maxRows fail, and the session goes on', async () => {
    const statement = duckdb.submit('SELECT range FROM range(1_000_000)', { maxRows: 10_000 });
    const error = await failureOf(async () => (await statement.result()).rows());
    expect(error).toMatchObject({ kind: 'invalid-request', provider: 'local', handle: duckdb.handle });
    await statement.done;
    expect(statement.state).toBe('failed');
    expect(await value("'still here'")).toBe('still here');
  });
});

describe('stopping', () => {
  it('C-053 cancels a running statement soon, and the session goes on', async () => {
    const statement = duckdb.submit(ENDLESS);
    const outcome = failureOf(statement.result());
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(statement.state).toBe('running');
    const startMs = performance.now();
    await statement.cancel();
    expect(performance.now() - startMs).toBeLessThan(5000);
    expect(statement.state).toBe('cancelled');
    expect(await outcome).toMatchObject({ kind: 'aborted', effect: 'unknown' });
    expect(await value('42')).toBe(42);
  });

  it('ends one whose reader takes too long', async () => {
    const result = await duckdb.sql('SELECT range FROM range(100_000_000)', { timeoutMs: 100 });
    const error = await failureOf(async () => {
      for await (const _ of result.batches()) await new Promise((resolve) => setTimeout(resolve, 10));
    });
    expect(error.kind).toBe('timeout');
    expect(await value('42')).toBe(42);
  });
});
