import { beforeEach, describe, expect, it } from 'vitest';
import { RESULT_INVALID, type Result } from '../../../providers/local/duckdb/binding.ts';
import type { ResultStream } from '../../../providers/local/duckdb/result-stream.ts';
import type { ColumnBatch } from '../../../src/contract/column-batch.ts';
import { RawDuckDb } from './open-duckdb.ts';
import { rawValues } from './raw-values.ts';

describe('a stream over a result', () => {
  let duckdb: RawDuckDb;
  /** The highest number of concurrent fetches; DuckDB allows one. */
  let mostFetches: number;

  beforeEach(async () => {
    duckdb = await RawDuckDb.open();
    mostFetches = 0;
    let fetches = 0;
    const { fetch_chunk } = duckdb.binding;
    duckdb.binding.fetch_chunk = async (result) => {
      fetches += 1;
      mostFetches = Math.max(mostFetches, fetches);
      try {
        return await fetch_chunk(result);
      } finally {
        fetches -= 1;
      }
    };
  });

  /** Makes the binding fail while it reads the vectors of a later chunk. */
  function breakVectorsAfter(count: number): void {
    const { vector_get_data } = duckdb.binding;
    let left = count;
    duckdb.binding.vector_get_data = (vector, byteCount) => {
      left -= 1;
      if (left < 0) throw new RangeError('Array buffer allocation failed');
      return vector_get_data(vector, byteCount);
    };
  }

  const isReleased = (result: Result): boolean => duckdb.binding.result_return_type(result) === RESULT_INVALID;

  async function read(stream: ResultStream): Promise<bigint[]> {
    const values: bigint[] = [];
    for await (const { columns } of stream.batches()) values.push(...(rawValues(columns[0]!) as bigint[]));
    return values;
  }

  it('returns each row once when its reader and keepRest compete', async () => {
    const { stream } = await duckdb.stream('FROM range(100000)');
    const [values] = await Promise.all([read(stream), stream.keepRest(), stream.keepRest()]);
    expect(values).toEqual(Array.from({ length: 100_000 }, (_, index) => BigInt(index)));
    expect(mostFetches).toBe(1);
  });

  it('releases the result when it is closed early', async () => {
    const { stream, result } = await duckdb.stream('FROM range(1000000000)');
    expect(isReleased(result)).toBe(false);
    await stream.close();
    await stream.finished;
    expect(isReleased(result)).toBe(true);
    expect(mostFetches).toBe(1);
  });

  it('releases the result when it is aborted between two batches', async () => {
    const stop = new AbortController();
    const { stream, result } = await duckdb.stream('FROM range(1000000000)', stop.signal);
    await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    await stream.finished;
    expect(isReleased(result)).toBe(true);
    await expect(read(stream)).rejects.toMatchObject({ kind: 'aborted' });
  });

  it('does not open on an aborted signal, and releases the result', async () => {
    const result = await duckdb.begin('FROM range(1000000000)');
    duckdb.begin = async () => result;
    await expect(duckdb.stream('', AbortSignal.abort())).rejects.toMatchObject({ kind: 'aborted' });
    expect(isReleased(result)).toBe(true);
  });

  it('releases a result with an unsupported type', async () => {
    const result = await duckdb.begin("SELECT {'a': 1}::VARIANT FROM range(1000000)");
    duckdb.begin = async () => result;
    await expect(duckdb.stream('')).rejects.toMatchObject({ kind: 'unsupported' });
    expect(isReleased(result)).toBe(true);
  });

  it('never continues after rows that could not be read', async () => {
    const { stream, result } = await duckdb.stream('FROM range(1000000)');
    breakVectorsAfter(5);
    await stream.keepRest();
    expect(isReleased(result)).toBe(true);
    expect(mostFetches).toBe(1);
    await expect(read(stream)).rejects.toThrow('Array buffer allocation failed');
  });

  it('fails to open when its first rows cannot be read', async () => {
    breakVectorsAfter(0);
    await expect(duckdb.stream('FROM range(1000000)')).rejects.toMatchObject({ kind: 'unexpected' });
  });

  it('fetches the strings of a chunk together, also between short ones and nulls', async () => {
    const { get_data_from_pointer } = duckdb.binding;
    let calls = 0;
    duckdb.binding.get_data_from_pointer = (...args) => {
      calls += 1;
      return get_data_from_pointer(...args);
    };
    const text =
      'SELECT CASE WHEN i % 5 = 0 THEN NULL ELSE repeat(chr(97 + (i % 26)::INTEGER), (i % 30)::INTEGER) END FROM range(2048) t(i)';
    const { stream } = await duckdb.stream(text);
    const { value: batch } = await stream.batches().next();
    expect(rawValues((batch as ColumnBatch).columns[0]!)).toEqual(
      Array.from({ length: 2048 }, (_, i) => (i % 5 === 0 ? null : String.fromCharCode(97 + (i % 26)).repeat(i % 30))),
    );
    expect([calls > 0, calls < 20]).toEqual([true, true]);
  });
});
