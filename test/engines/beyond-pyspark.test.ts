import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineClient } from './engine-client.ts';
import { ENGINES } from './engine-homes.ts';
import { startEngine, type EngineServer } from './engine-server.ts';
import { INTERVAL_VALUES } from './interval-values.ts';
import { askPySpark, type PySparkAnswer } from './pyspark.ts';
import { failureOf } from '../failure-of.ts';

const CALENDAR_INTERVAL = 'SELECT make_interval(1, 2) AS v';

describe.each(ENGINES)('%s, beyond what PySpark fetches from it', (engine) => {
  let server: EngineServer;
  let client: EngineClient;
  let answers: ReadonlyMap<string, PySparkAnswer>;
  // Spark 3.5 has no form in which it could send calendar intervals.
  const read = INTERVAL_VALUES.filter(({ kind }) => engine !== 'spark-3.5' || kind !== 'interval');

  beforeAll(async () => {
    server = await startEngine(engine);
    client = new EngineClient(server.port);
    answers = await askPySpark(server, [
      ...INTERVAL_VALUES.map(({ name, from }) => ({
        name: `${name} as text`,
        sql: `SELECT CAST(v AS STRING) AS v FROM ${from}`,
      })),
      ...INTERVAL_VALUES.map(({ name, from }) => ({ name, sql: `SELECT v FROM ${from}` })),
    ]);
  });

  afterAll(async () => {
    await client[Symbol.asyncDispose]();
    await server.stop();
  });

  it.each(INTERVAL_VALUES)('PySpark has no $name, and its text from the server', ({ name, values }) => {
    expect(answers.get(name)?.error).toBeDefined();
    expect(answers.get(`${name} as text`)?.rows).toEqual(values.map(([text]) => [text]));
  });

  it.each(read)('gives each $name as the server holds it', async ({ kind, from, values }) => {
    const result = await client.sql(`SELECT v FROM ${from}`);
    expect(result.schema.fields.map(({ columnType }) => columnType.kind)).toEqual([kind]);
    expect(await result.rows({ as: 'arrays' })).toEqual(values.map(([, value]) => [value]));
  });

  if (engine !== 'spark-3.5') {
    it('gives intervals within other values', async () => {
      const result = await client.sql(
        "SELECT array(make_interval(1, 2), NULL) AS a, named_struct('m', INTERVAL '1-2' YEAR TO MONTH) AS s, map('k', make_interval(0, 0, 0, 1)) AS m",
      );
      expect(await result.rows()).toEqual([{ a: ['P1Y2M', null], s: { m: 'P1Y2M' }, m: [['k', 'P1D']] }]);
    });
  }

  if (engine === 'spark-3.5') {
    it('refuses a calendar interval as PySpark does, and says what to do', async () => {
      expect(await failureOf(client.sql(CALENDAR_INTERVAL))).toMatchObject({
        kind: 'unsupported',
        message: expect.stringContaining('CAST it to STRING'),
        native: { code: 'UNSUPPORTED_DATATYPE' },
      });
      const asText = await client.sql(`SELECT CAST(v AS STRING) AS v FROM (${CALENDAR_INTERVAL})`);
      expect(await asText.rows()).toEqual([{ v: '1 years 2 months' }]);
    });
  }

  if (engine === 'spark-4.1') {
    it('refuses TIME where it is switched off, and says what to do', async () => {
      await using other = new EngineClient(server.port);
      await (await other.sql('SET spark.sql.timeType.enabled=false')).rows();
      expect(await failureOf(other.sql("SELECT TIME'12:34:56' AS v"))).toMatchObject({
        kind: 'unsupported',
        message: expect.stringContaining('spark.sql.timeType.enabled'),
        native: { code: 'UNSUPPORTED_TIME_TYPE' },
      });
      const asText = await other.sql("SELECT CAST(TIME'12:34:56' AS STRING) AS v");
      expect(await asText.rows()).toEqual([{ v: '12:34:56' }]);
    });
  }

  if (engine === 'sail') {
    it('gives TIME of few digits, which Sail sends in units that PySpark refuses', async () => {
      const result = await client.sql(
        "SELECT CAST('12:34:56.789123' AS TIME(0)) AS s, CAST('12:34:56.789123' AS TIME(3)) AS ms",
      );
      expect(await result.rows()).toEqual([{ s: '12:34:56', ms: '12:34:56.789000' }]);
    });
  }
});
