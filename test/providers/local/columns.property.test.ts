import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionHandle } from '../../../src/contract/session-handle.ts';
import { alike, DuckDbOracle } from './duckdb-oracle.ts';
import { LocalBench, type ReadResult } from './open-local.ts';
import { type RawValue, rawValues } from './raw-values.ts';
import { anyType, expression, PLAIN_TYPES, type SqlType } from './sql-values.ts';

describe("columns have the values of DuckDB's own client", () => {
  const local = new LocalBench();
  let oracle: DuckDbOracle;
  let handle: SessionHandle;

  beforeAll(async () => {
    [oracle, handle] = await Promise.all([DuckDbOracle.open(), local.ready()]);
  });

  afterAll(async () => {
    oracle.close();
    await local.provider.close();
  });

  const ours = ({ fields, batches }: ReadResult): RawValue[][] =>
    fields.map((_, index) => batches.flatMap(({ columns }) => rawValues(columns[index]!).map(alike)));

  async function compare(text: string): Promise<void> {
    const [result, expected] = await Promise.all([local.run(handle, text), oracle.columns(text)]);
    expect(ours(result)).toEqual(expected.map((column) => column.map(alike)));
  }

  const rows = (type: SqlType): fc.Arbitrary<string> =>
    fc
      .array(expression(type), { minLength: 1, maxLength: 12 })
      .map((values) => `SELECT * FROM (VALUES ${values.map((value) => `(${value})`).join(', ')})`);

  it.each(Object.entries(PLAIN_TYPES))('%s', async (_name, type) => {
    await fc.assert(fc.asyncProperty(rows(type), compare), { numRuns: 40 });
  });

  it('any type, nested in any way', { timeout: 120_000 }, async () => {
    await fc.assert(fc.asyncProperty(anyType.chain(rows), compare), { numRuns: 600 });
  });

  it('over several chunks of any size', { timeout: 120_000 }, async () => {
    const manyRows = anyType.chain((type) =>
      fc
        .record({
          values: fc.array(expression(type), { minLength: 1, maxLength: 7 }),
          count: fc.integer({ min: 2000, max: 7000 }),
          keep: fc.integer({ min: 1, max: 9 }),
        })
        .map(
          ({ values, count, keep }) =>
            `SELECT i, ([${values.join(', ')}])[(i % ${values.length})::INTEGER + 1] AS v FROM range(${count}) t(i) WHERE hash(i) % 9 < ${keep}`,
        ),
    );
    await fc.assert(fc.asyncProperty(manyRows, compare), { numRuns: 60 });
  });
});
