import { DuckDBInstance } from '@duckdb/node-api';
import { openSessions, type Session, type Sessions } from 'anysession';
import { atMost, type BenchReport, report } from './report.ts';
import { interleave, summarize } from './samples.ts';

const FIRST_ROW_ROUNDS = 121;
const ARROW_ROUNDS = 9;
const FIRST_ROW_SQL = 'SELECT 42 AS answer';
const MILLION_ROWS_SQL = `CREATE TABLE million AS
  SELECT i AS id, i / 3.0::DOUBLE AS amount, 'name ' || i % 1000 AS name, TIMESTAMP '2026-01-01' + to_seconds(i) AS at
  FROM range(1000000) AS numbers(i)`;

/** The local provider in a warm process against DuckDB's own API: session start to first row, and a large result. */
export async function bench(): Promise<BenchReport> {
  await using sessions = await openSessions({
    config: { defaultEnvironment: 'bench', environments: { bench: { provider: 'local', engine: 'duckdb' } } },
  });
  const firstRow = await interleave(FIRST_ROW_ROUNDS, { ours: () => firstRowOfOurs(sessions), raw: firstRowOfDuckDb });
  const large = await largeResults(sessions);

  const figures = {
    'start to first row, anysession': summarize('ms', firstRow.ours),
    'start to first row, DuckDB': summarize('ms', firstRow.raw),
    '1 M rows × 4 to Arrow, anysession': summarize('ms', large.toArrow),
    '1 M rows × 4, DuckDB getColumnsJS': summarize('ms', large.getColumnsJS),
  };
  const startRatio = figures['start to first row, anysession'].median / figures['start to first row, DuckDB'].median;
  const arrowRatio =
    figures['1 M rows × 4 to Arrow, anysession'].median / figures['1 M rows × 4, DuckDB getColumnsJS'].median;
  return report({
    name: 'local',
    figures,
    ratios: { 'start to first row / DuckDB': startRatio, 'toArrow / getColumnsJS': arrowRatio },
    bars: [
      atMost('× of raw DuckDB, session start to first row', startRatio, 1.2),
      atMost('× of getColumnsJS, 1 M rows × 4 columns to Arrow', arrowRatio, 0.8),
    ],
  });
}

async function firstRowOfOurs(sessions: Sessions): Promise<number> {
  const startedAt = performance.now();
  const session = await sessions.start();
  await (await session.sql(FIRST_ROW_SQL)).rows();
  const ms = performance.now() - startedAt;
  await session.terminate({ wait: true });
  return ms;
}

async function firstRowOfDuckDb(): Promise<number> {
  const startedAt = performance.now();
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const result = await connection.stream(FIRST_ROW_SQL);
  (await result.fetchChunk())?.getRowObjects(result.deduplicatedColumnNames());
  const ms = performance.now() - startedAt;
  // An unfinished result keeps the database open until it is collected, in the time of the next candidate.
  await result.fetchChunk();
  connection.closeSync();
  instance.closeSync();
  return ms;
}

async function largeResults(sessions: Sessions): Promise<Record<'toArrow' | 'getColumnsJS', number[]>> {
  await using session: Session = await sessions.start();
  await session.sql(MILLION_ROWS_SQL);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(MILLION_ROWS_SQL);

  const values = await interleave(ARROW_ROUNDS, {
    toArrow: async () => {
      const startedAt = performance.now();
      const table = await (await session.sql('SELECT * FROM million')).toArrow();
      const ms = performance.now() - startedAt;
      if (table.numRows !== 1_000_000) throw new Error(`toArrow gave ${table.numRows} rows`);
      return ms;
    },
    getColumnsJS: async () => {
      const startedAt = performance.now();
      const columns = await (await connection.run('SELECT * FROM million')).getColumnsJS();
      const ms = performance.now() - startedAt;
      if (columns[0]?.length !== 1_000_000) throw new Error(`getColumnsJS gave ${columns[0]?.length ?? 0} rows`);
      return ms;
    },
  });
  connection.closeSync();
  instance.closeSync();
  return values;
}
