import * as arrow from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import type { ColumnField } from '../../src/contract/column-batch.ts';
import type { ResultBatch } from '../../src/statement/result-batch.ts';
import type { Result } from '../../src/statement/result.ts';
import type { Statement } from '../../src/statement/statement.ts';
import { encodeBatch, type TestValue } from '../../src/testing/column-encoder.ts';
import { numbers, settled, workForEver, type EngineScript } from './scripted-runner.ts';
import { Stage } from './stage.ts';
import { failureOf } from '../failure-of.ts';

interface Run {
  readonly stage: Stage;
  readonly statement: Statement;
  readonly result: Result;
}

async function run(script: EngineScript): Promise<Run> {
  const stage = new Stage(script);
  const statement = stage.submit();
  return { stage, statement, result: await statement.result() };
}

const rowsOf = (table: arrow.Table): unknown[] => Array.from(table, (row: arrow.StructRow) => row.toJSON());

const threeBatches = { batches: [numbers(1, 2), numbers(3), numbers(4, 5)] };

async function readAll(result: Result): Promise<ResultBatch[]> {
  const batches: ResultBatch[] = [];
  for await (const batch of result.batches()) batches.push(batch);
  return batches;
}

describe('reading a result whole', () => {
  it('gives rows, columns and an Arrow table, as often as they are asked for, from one read', async () => {
    const { stage, result } = await run(threeBatches);
    const rows = [{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }, { n: 5 }];
    const [first, columns, table] = await Promise.all([result.rows(), result.columns(), result.toArrow()]);
    expect(first).toEqual(rows);
    expect(columns).toEqual([{ ...result.schema.fields[0], values: [1, 2, 3, 4, 5] }]);
    expect([...table.getChild('n')!]).toEqual([1, 2, 3, 4, 5]);
    expect(await result.rows()).toEqual(rows);
    expect(await result.rows({ as: 'objects' })).toEqual(rows);
    expect(await result.rows({ as: 'arrays' })).toEqual([[1], [2], [3], [4], [5]]);
    expect(stage.runner).toMatchObject({ pulled: 3, closed: 1 });
  });

  it('gives rows of their own to each caller', async () => {
    const { result } = await run(threeBatches);
    const rows = await result.rows();
    rows[0]!['n'] = 99;
    rows.pop();
    expect((await result.rows())[0]).toEqual({ n: 1 });
    expect(await result.rows()).toHaveLength(5);
  });

  it('lets batches() go over what is in memory, again and again', async () => {
    const { result } = await run(threeBatches);
    await result.rows();
    for (const _ of [1, 2]) {
      const batches = await readAll(result);
      expect(batches.map((batch) => batch.rows())).toEqual([[{ n: 1 }, { n: 2 }], [{ n: 3 }], [{ n: 4 }, { n: 5 }]]);
    }
    for await (const batch of result.batches()) {
      expect(batch.rowCount).toBe(2);
      break;
    }
    expect(await result.rows()).toHaveLength(5);
  });

  it('gives an empty result its columns', async () => {
    const { result, statement } = await run({ batches: [] });
    expect(await result.rows()).toEqual([]);
    expect(await result.rows({ as: 'arrays' })).toEqual([]);
    expect(await result.columns()).toEqual([{ ...result.schema.fields[0], values: [] }]);
    const table = await result.toArrow();
    expect(table.numRows).toBe(0);
    expect(table.schema.fields.map(String)).toEqual(['n: Int32']);
    expect(await readAll(result)).toEqual([]);
    expect(statement.state).toBe('succeeded');
  });

  it('passes over batches without rows', async () => {
    const { result } = await run({ batches: [numbers(), numbers(1), numbers(), numbers(), numbers(2)] });
    const batches = await readAll(result);
    expect(batches.map((batch) => batch.rowCount)).toEqual([1, 1]);
  });

  it('refuses another shape of rows before it reads', async () => {
    const { stage, result } = await run(threeBatches);
    await settled();
    const error = await failureOf(result.rows({ as: 'maps' as 'arrays' }));
    expect(error).toMatchObject({ kind: 'invalid-request' });
    expect(error.message).toContain('"maps"');
    expect(stage.runner.pulled).toBe(2);
    expect(await result.rows()).toHaveLength(5);
  });
});

describe('reading a result as a stream', () => {
  it('pulls one batch ahead of its reader and no more', async () => {
    const batches = Array.from({ length: 8 }, (_, at) => numbers(at));
    const { stage, result } = await run({ batches });
    await settled();
    // The first one without being asked, and one more to see whether it was the last.
    expect(stage.runner.pulled).toBe(2);
    const ahead: number[] = [];
    let taken = 0;
    for await (const _ of result.batches()) {
      taken += 1;
      await settled();
      ahead.push(stage.runner.pulled - taken);
    }
    expect(ahead).toEqual([1, 1, 1, 1, 1, 1, 1, 0]);
    expect(stage.runner.closed).toBe(1);
  });

  it('can be done once, and then the result cannot be read otherwise', async () => {
    const { result } = await run(threeBatches);
    expect((await readAll(result)).map((batch) => batch.rows({ as: 'arrays' }))).toEqual([
      [[1], [2]],
      [[3]],
      [[4], [5]],
    ]);
    for (const again of [() => result.rows(), () => result.columns(), () => result.toArrow(), () => readAll(result)]) {
      const error = await failureOf(again);
      expect(error).toMatchObject({ kind: 'conflict', operation: 'read' });
      expect(error.message).toContain('read as a stream');
    }
  });

  it('is no different for a small result', async () => {
    const { statement, result } = await run({ batches: [numbers(1)] });
    await statement.done;
    await readAll(result);
    expect((await failureOf(result.rows())).kind).toBe('conflict');
  });

  it('begins with the loop, not with the call', async () => {
    const { result } = await run(threeBatches);
    result.batches();
    expect(await result.rows()).toHaveLength(5);
  });

  it('ends with the loop: leaving it early closes the execution', async () => {
    const { stage, statement, result } = await run(threeBatches);
    for await (const batch of result.batches()) {
      expect(batch.columns()[0]?.values).toEqual([1, 2]);
      break;
    }
    expect(stage.runner.closed).toBe(1);
    expect(stage.runner.executed[0]?.call.signal.aborted).toBe(true);
    expect(statement.state).toBe('succeeded');
    await result.close();
  });

  it('closes the execution when the body of the loop fails, and does not hide why', async () => {
    const { stage, result } = await run(threeBatches);
    const bug = new Error('a bug in the loop');
    const reading = (async () => {
      for await (const _ of result.batches()) throw bug;
    })();
    await expect(reading).rejects.toBe(bug);
    expect(stage.runner.closed).toBe(1);
  });

  it('stops an engine that is still at the next batch', async () => {
    const { stage, statement, result } = await run({
      batches: [numbers(1), numbers(2)],
      onBatch: async (at, signal) => (at === 1 ? workForEver(signal) : undefined),
    });
    for await (const _ of result.batches()) break;
    expect(statement.state).toBe('succeeded');
    expect(stage.runner).toMatchObject({ pulled: 1, closed: 1 });
    expect(stage.clock.pendingTimers).toBe(0);
  });
});

describe('closing a result', () => {
  it('stops the engine, succeeds, and may be repeated', async () => {
    const { stage, statement, result } = await run(threeBatches);
    await Promise.all([result.close(), result.close()]);
    await result.close();
    expect(statement.state).toBe('succeeded');
    expect(stage.runner.closed).toBe(1);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it('forgets what was read, and leaves an engine alone that is done', async () => {
    const { stage, result } = await run(threeBatches);
    await result.rows();
    await result.close();
    expect(stage.runner.executed[0]?.call.signal.aborted).toBe(false);
    expect(stage.clock.pendingTimers).toBe(0);
    for (const again of [() => result.rows(), () => result.columns(), () => result.toArrow(), () => readAll(result)]) {
      const error = await failureOf(again);
      expect(error.kind).toBe('conflict');
      expect(error.message).toContain('This result is closed');
    }
  });

  it('fails who is still reading: half a result must not pass for the whole', async () => {
    const { result } = await run({
      batches: [numbers(1)],
      onBatch: async (at, signal) => (at === 1 ? workForEver(signal) : undefined),
    });
    const reading = failureOf(result.rows());
    const streamed = await run(threeBatches);
    const loop = streamed.result.batches();
    await loop.next();
    await settled();
    await Promise.all([result.close(), streamed.result.close()]);
    expect((await reading).kind).toBe('conflict');
    expect((await failureOf(loop.next())).kind).toBe('conflict');
  });

  it('comes with `await using`', async () => {
    const { stage, statement, result } = await run(threeBatches);
    await result[Symbol.asyncDispose]();
    expect(statement.state).toBe('succeeded');
    expect(stage.runner.closed).toBe(1);
  });

  it('tells when the engine cannot let go', async () => {
    const { statement, result } = await run({ ...threeBatches, onClose: () => Promise.reject(new Error('stuck')) });
    expect((await failureOf(result.close())).message).toContain('stuck');
    expect(statement.state).toBe('failed');
  });
});

describe('names', () => {
  const integer = { kind: 'integer', bits: 32, signed: true } as const;
  const named = (...names: string[]): ColumnField[] => names.map((name) => ({ name, type: integer, nullable: true }));
  const named1 = async (...names: string[]): Promise<Run> => {
    const fields = named(...names);
    const row: TestValue[] = names.map((_, at) => at);
    return run({ fields, batches: [encodeBatch(fields, [row])] });
  };

  it('that repeat get a number, and never one that stands elsewhere', async () => {
    const { result } = await named1('a', 'b', 'a', 'a_2', 'a', 'a_2');
    const names = ['a', 'b', 'a_3', 'a_2', 'a_4', 'a_2_2'];
    expect(result.schema.fields.map((field) => field.name)).toEqual(names);
    expect(await result.rows()).toEqual([{ a: 0, b: 1, a_3: 2, a_2: 3, a_4: 4, a_2_2: 5 }]);
    expect((await result.columns()).map((column) => column.name)).toEqual(names);
    const table = await result.toArrow();
    expect(table.schema.fields.map((field) => field.name)).toEqual(names);
    expect(rowsOf(table)).toEqual([{ a: 0, b: 1, a_3: 2, a_2: 3, a_4: 4, a_2_2: 5 }]);
    expect(await result.rows({ as: 'arrays' })).toEqual([[0, 1, 2, 3, 4, 5]]);
  });

  it('that objects have in themselves are names like others', async () => {
    const { result } = await named1('__proto__', 'constructor', 'toString', '', '1');
    const [row] = await result.rows();
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
    expect(Object.fromEntries(Object.entries(row!))).toEqual(
      Object.fromEntries([
        ['__proto__', 0],
        ['constructor', 1],
        ['toString', 2],
        ['', 3],
        ['1', 4],
      ]),
    );
  });
});

it('toArrow() gives a table of the very apache-arrow that its user imports', async () => {
  const { result } = await run(threeBatches);
  const table = await result.toArrow();
  expect(Object.getPrototypeOf(table)).toBe(arrow.Table.prototype);
  expect(table.schema.fields[0]?.type).toBeInstanceOf(arrow.Int);
  expect(rowsOf(arrow.tableFromIPC(arrow.tableToIPC(table)))).toEqual(await result.rows());
});
