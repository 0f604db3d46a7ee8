import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../src/statement/result.ts';
import { DuckDbStage } from '../statement/duckdb-stage.ts';
import { EngineClient } from './engine-client.ts';
import { ENGINES, pythonFor } from './engine-homes.ts';
import { startEngine, type EngineServer } from './engine-server.ts';

/** What pyarrow reads: the types of the columns, and each row as text. */
const READER = `
import json, sys, pyarrow as pa
table = pa.ipc.open_stream(sys.stdin.buffer.read()).read_all()
table.validate(full=True)
rows = [[None if v is None else str(v) for v in row.values()] for row in table.to_pylist()]
print(json.dumps({"types": [str(t) for t in table.schema.types], "names": table.schema.names, "rows": rows}))
`;

interface Seen {
  readonly types: readonly string[];
  readonly names: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

async function throughPyArrow(result: Result): Promise<Seen> {
  const bytes = await result.toIPC();
  return new Promise((resolve, reject) => {
    const child = execFile(pythonFor('sail'), ['-c', READER], (error, stdout) => {
      if (error instanceof Error) reject(error);
      else resolve(JSON.parse(stdout) as Seen);
    });
    child.stdin?.end(bytes);
  });
}

describe('pyarrow reads toIPC() of DuckDB', () => {
  let duckdb: DuckDbStage;
  beforeAll(async () => {
    duckdb = await DuckDbStage.open();
  });
  afterAll(() => duckdb.close());

  it.each([
    ['true', 'bool', 'True'],
    ['(-128)::TINYINT', 'int8', '-128'],
    ['65535::USMALLINT', 'uint16', '65535'],
    ['18446744073709551615::UBIGINT', 'uint64', '18446744073709551615'],
    ["'-170141183460469231731687303715884105'::HUGEINT", 'decimal128(38, 0)', '-170141183460469231731687303715884105'],
    ['1.5::FLOAT', 'float', '1.5'],
    ['2.5::DOUBLE', 'double', '2.5'],
    ['(-1.05)::DECIMAL(4,2)', 'decimal128(4, 2)', '-1.05'],
    ["'Zürich ☃'", 'string', 'Zürich ☃'],
    ["'\\x00\\xFF'::BLOB", 'binary', "b'\\x00\\xff'"],
    ["DATE '2024-02-29'", 'date32[day]', '2024-02-29'],
    ["TIME '23:59:59.000007'", 'time64[us]', '23:59:59.000007'],
    ["TIMESTAMP '2024-02-29 12:34:56.000007'", 'timestamp[us]', '2024-02-29 12:34:56.000007'],
    ["TIMESTAMPTZ '2024-07-01 02:00:00+02'", 'timestamp[us, tz=UTC]', '2024-07-01 00:00:00+00:00'],
    [
      "INTERVAL '1 year 2 days 3 seconds'",
      'month_day_nano_interval',
      'MonthDayNano(months=12, days=2, nanoseconds=3000000000)',
    ],
    ['[1, NULL, 3]', 'list<item: int32>', '[1, None, 3]'],
    [
      "{'a': 1, 'b': [{'c': 'x'}]}",
      'struct<a: int32, b: list<item: struct<c: string>>>',
      "{'a': 1, 'b': [{'c': 'x'}]}",
    ],
    ["MAP {'k': 1, 'l': NULL}", 'map<string, int32>', "[('k', 1), ('l', None)]"],
  ])('%s as %s', async (expression, type, text) => {
    const sql = `SELECT v FROM (VALUES (1, ${expression}), (2, NULL), (3, ${expression})) t(n, v) ORDER BY n`;
    const { types, rows } = await throughPyArrow(await duckdb.sql(sql));
    // Names of list items differ between releases of DuckDB.
    expect(types.map((seen) => seen.replaceAll(/list<\w+:/g, 'list<item:'))).toEqual([type]);
    expect(rows).toEqual([[text], [null], [text]]);
  });

  it('with names that repeat, and without rows or columns', async () => {
    expect(await throughPyArrow(await duckdb.sql('SELECT 1 AS a, 2 AS a'))).toMatchObject({ names: ['a', 'a_2'] });
    expect(await throughPyArrow(await duckdb.sql('SELECT 1 AS a WHERE false'))).toMatchObject({
      names: ['a'],
      rows: [],
    });
    expect(await throughPyArrow(await duckdb.sql('CREATE TABLE t AS SELECT 1'))).toMatchObject({ names: [], rows: [] });
  });
});

describe.each(ENGINES)('pyarrow reads toIPC() of %s', (engine) => {
  let server: EngineServer;
  let client: EngineClient;
  beforeAll(async () => {
    server = await startEngine(engine);
    client = new EngineClient(server.port);
  });
  afterAll(async () => {
    await client[Symbol.asyncDispose]();
    await server.stop();
  });

  it('whose batches are passed on as they came', async () => {
    const sql =
      "SELECT id, CAST(id AS STRING) AS text, named_struct('l', array(id, NULL)) AS nested, CAST(id AS DECIMAL(20, 2)) AS money FROM range(3) ORDER BY id";
    const { names, rows } = await throughPyArrow(await client.sql(sql));
    expect(names).toEqual(['id', 'text', 'nested', 'money']);
    expect(rows).toEqual(['0', '1', '2'].map((id) => [id, id, `{'l': [${id}, None]}`, `${id}.00`]));
  });
});
