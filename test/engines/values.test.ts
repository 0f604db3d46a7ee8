import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uniqueNames } from '../../src/statement/values/unique-names.ts';
import { QUESTIONS, SHOP } from './analytical-queries.ts';
import { members } from './canonical-value.ts';
import { EngineClient } from './engine-client.ts';
import { ENGINES } from './engine-homes.ts';
import { startEngine, type EngineServer } from './engine-server.ts';
import { askPySpark, type PySparkAnswer } from './pyspark.ts';
import { TYPED_VALUES } from './typed-values.ts';

describe.each(ENGINES)('%s gives the values that PySpark gets from it', (engine) => {
  let server: EngineServer;
  let client: EngineClient;
  let answers: ReadonlyMap<string, PySparkAnswer>;
  const typed = TYPED_VALUES.filter(({ notOn }) => notOn?.[engine] === undefined);
  const questions = Object.entries(QUESTIONS).map(([name, sql]) => ({ name, sql }));

  beforeAll(async () => {
    server = await startEngine(engine);
    client = new EngineClient(server.port);
    const shop = SHOP.map((sql, at) => ({ name: `shop ${at}`, sql }));
    answers = await askPySpark(server, [...shop, ...typed, ...questions]);
    for (const sql of SHOP) await (await client.sql(sql)).rows();
  });

  afterAll(async () => {
    await client[Symbol.asyncDispose]();
    await server.stop();
  });

  it.each([...typed, ...questions])('$name', async ({ name, sql }) => {
    const expected = answers.get(name);
    expect(expected?.error).toBeUndefined();
    const result = await client.sql(sql);
    const fields = result.schema.fields.map(({ name, nullable, columnType }) => ({ name, nullable, type: columnType }));
    expect(fields.map((field) => field.name)).toEqual(uniqueNames(expected?.columns ?? []));
    const rows = await result.rows({ as: 'arrays' });
    expect(rows.map((row) => members(row, fields))).toEqual(expected?.rows);
  });
});
