import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqlStage, type Cloud, type SqlStage } from '../emulator/sql-stage.ts';
import { uniqueNames } from '../../src/statement/values/unique-names.ts';
import { QUESTIONS, SHOP } from './analytical-queries.ts';
import { members } from './canonical-value.ts';
import { ENGINES, type EngineName } from './engine-homes.ts';
import { startEngine, type EngineServer } from './engine-server.ts';
import { askPySpark, type PySparkAnswer } from './pyspark.ts';

/** Spark 3.5, which runs in the sessions of AWS, or a later one where there is none here. */
const SPARK = ENGINES.at(-1) ?? 'spark-4.1';

const WAYS = [
  { cloud: 'athena', engine: SPARK },
  { cloud: 'emr-ec2', engine: SPARK },
  { cloud: 'glue', engine: SPARK },
  { cloud: 'emr-serverless', engine: 'sail' },
  { cloud: 'emr-ec2', engine: 'sail' },
  { cloud: 'glue', engine: 'sail' },
] as const satisfies readonly { readonly cloud: Cloud; readonly engine: EngineName }[];

describe.each(WAYS)('an emulated session of $cloud in front of $engine', ({ engine, cloud }) => {
  let server: EngineServer;
  let stage: SqlStage;
  let answers: ReadonlyMap<string, PySparkAnswer>;
  const questions = Object.entries(QUESTIONS).map(([name, sql]) => ({ name, sql }));

  beforeAll(async () => {
    server = await startEngine(engine);
    stage = await openSqlStage(cloud, { engine: `sc://127.0.0.1:${server.port}` });
    for (const sql of SHOP) await stage.rows(sql);
    // PySpark takes the same way, by the connection string and its token; its Spark session is its own, because it closes it.
    const { url } = await stage.session.connect();
    const shop = SHOP.map((sql, at) => ({ name: `shop ${at}`, sql }));
    answers = await askPySpark(server, [...shop, ...questions], url.replace(/;session_id=[^;]*/, ''));
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

  // Not with Sail: it forgets an operation whose stream was called off, and says "task context not found" when it is attached to again.
  if (engine === 'sail') return;
  it('goes on when the token expires in mid-statement', async () => {
    const open = stage.calls('ExecutePlan').length;
    stage.emulator.faults.add({ kind: 'rpc-silence', skip: 1, afterAnswers: 1 });
    const rows = stage.rows('SELECT id FROM range(1000)');
    await expect.poll(() => stage.calls('ExecutePlan').length, { timeout: 30_000 }).toBe(open + 2);
    stage.skip(60 * 60_000);
    expect(await rows).toHaveLength(1000);
  });
});
