import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqlStage, type Cloud, type SqlStage } from '../emulator/sql-stage.ts';
import { uniqueNames } from '../../src/statement/values/unique-names.ts';
import { QUESTIONS, SHOP } from './analytical-queries.ts';
import { members } from './canonical-value.ts';
import { ENGINES } from './engine-homes.ts';
import { startEngine, type EngineServer } from './engine-server.ts';
import { askPySpark, type PySparkAnswer } from './pyspark.ts';

const WAYS = ENGINES.flatMap((engine) =>
  (['athena', 'emr-serverless'] as const satisfies readonly Cloud[]).map((cloud) => ({ engine, cloud })),
);

describe.each(WAYS)('an emulated session of $cloud in front of $engine', ({ engine, cloud }) => {
  let server: EngineServer;
  let stage: SqlStage;
  let answers: ReadonlyMap<string, PySparkAnswer>;
  const questions = Object.entries(QUESTIONS).map(([name, sql]) => ({ name, sql }));

  beforeAll(async () => {
    server = await startEngine(engine);
    stage = await openSqlStage(cloud, { engine: `sc://127.0.0.1:${server.port}` });
    for (const sql of SHOP) await stage.rows(sql);
    // PySpark takes the same way: the token of the connection string, and the same Spark session with its views.
    const { url } = await stage.session.connect();
    answers = await askPySpark(server, questions, url);
  });

  afterAll(async () => {
    await stage[Symbol.asyncDispose]();
    await server.stop();
  });

  it.each(questions)('gives what PySpark gets through it: $name', async ({ name, sql }) => {
    const expected = answers.get(name);
    expect(expected?.error).toBeUndefined();
    const result = await stage.session.sql(sql);
    const fields = result.schema.fields.map(({ name, nullable, columnType }) => ({ name, nullable, type: columnType }));
    expect(fields.map((field) => field.name)).toEqual(uniqueNames(expected?.columns ?? []));
    const rows = await result.rows({ as: 'arrays' });
    expect(rows.map((row) => members(row, fields))).toEqual(expected?.rows);
  });

  it('goes on when the token expires in mid-statement', async () => {
    const open = stage.calls('ExecutePlan').length;
    stage.emulator.faults.add({ kind: 'rpc-silence', skip: 1, afterAnswers: 1 });
    const rows = stage.rows('SELECT id FROM range(1000)');
    await expect.poll(() => stage.calls('ExecutePlan').length, { timeout: 30_000 }).toBe(open + 2);
    stage.skip(60 * 60_000);
    expect(await rows).toHaveLength(1000);
  });
});
