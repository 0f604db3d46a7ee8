import type { Capabilities } from '../contract/capabilities.ts';
import { SessionError } from '../contract/session-error.ts';
import { CaseFailed, expectThat, type CaseTrial, type VerifyCase } from './case.ts';

/** As many rows as a connection carries in about a second: few enough to cost nothing. */
const ROWS = 100_000;

const runsSql = ({ sql, sparkConnect }: Capabilities): string | undefined =>
  sql || sparkConnect ? undefined : 'its sessions run no SQL';

/** What statements in a session do. */
export const SQL_CASES: readonly VerifyCase[] = [
  {
    rule: 'C-050',
    title: 'a statement returns its columns and its rows',
    area: 'sql',
    phase: 'ready',
    lacks: runsSql,
    run: async ({ session, clock, signal, figures }: CaseTrial): Promise<string> => {
      const startedMs = clock.monotonicMs();
      const result = await session.sql("SELECT 42 AS answer, 'ready' AS state", { signal });
      const rows = JSON.stringify(await result.rows());
      figures.firstRowMs = clock.monotonicMs() - startedMs;
      expectThat(rows === '[{"answer":42,"state":"ready"}]', `the rows are ${rows}`);
      return `the first row after ${Math.round(figures.firstRowMs)} ms`;
    },
  },
  {
    rule: 'C-050',
    title: 'a result of many batches arrives completely',
    area: 'sql',
    phase: 'ready',
    lacks: runsSql,
    run: async ({ session, clock, signal, figures }: CaseTrial): Promise<string> => {
      const startedMs = clock.monotonicMs();
      const result = await session.sql(`SELECT * FROM range(${ROWS})`, { signal });
      let count = 0;
      for await (const batch of result.batches()) count += batch.rowCount;
      expectThat(count === ROWS, `${count} of ${ROWS} rows arrived`);
      figures.rowsPerSecond = (count * 1_000) / (clock.monotonicMs() - startedMs);
      return `${count} rows, ${Math.round(figures.rowsPerSecond)} per second`;
    },
  },
  {
    rule: 'C-051',
    title: 'parameters are bound',
    area: 'sql',
    phase: 'ready',
    lacks: runsSql,
    run: async ({ session, signal }: CaseTrial): Promise<string> => {
      const word = "it's; DROP TABLE t --";
      const name = session.dialect === 'duckdb' ? '$word' : ':word';
      const rows = await (await session.sql(`SELECT ${name} AS word`, { signal, parameters: { word } })).rows();
      expectThat(JSON.stringify(rows) === JSON.stringify([{ word }]), `the rows are ${JSON.stringify(rows)}`);
      return 'a text with quotes stays a value';
    },
  },
  {
    rule: 'C-052',
    title: 'a wrong statement is refused, and the session keeps running',
    area: 'sql',
    phase: 'ready',
    lacks: runsSql,
    run: async ({ session, signal }: CaseTrial): Promise<string> => {
      const outcome = await session.sql('SELECT FROM WHERE', { signal }).then(
        () => undefined,
        (error: unknown) => error,
      );
      expectThat(outcome !== undefined, 'the statement succeeded');
      if (!SessionError.is(outcome)) throw new CaseFailed(`the statement failed with ${typeof outcome}`);
      if (outcome.kind !== 'invalid-request') throw outcome;
      await (await session.sql('SELECT 1 AS one', { signal })).rows();
      return outcome.native?.code ?? 'invalid-request';
    },
  },
  {
    rule: 'C-056',
    title: 'nulls and decimals arrive unchanged',
    area: 'sql',
    phase: 'ready',
    lacks: runsSql,
    run: async ({ session, signal }: CaseTrial): Promise<string> => {
      const text =
        'SELECT CAST(NULL AS INT) AS nothing, CAST(1.25 AS DECIMAL(5, 2)) AS price, CAST(9007199254740993 AS BIGINT) AS big';
      const [row] = await (await session.sql(text, { signal })).rows();
      const seen = ['nothing', 'price', 'big'].map((name) => textOf(row?.[name])).join(', ');
      expectThat(seen === 'null, 1.25, 9007199254740993', `the row is ${seen}`);
      return seen;
    },
  },
];

/** A value of a row; decimals may be texts. */
function textOf(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'string' || typeof value === 'bigint' || typeof value === 'number'
    ? `${value}`
    : typeof value;
}
