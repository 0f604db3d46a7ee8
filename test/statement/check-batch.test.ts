import { describe, expect, it } from 'vitest';
import type { ColumnData, ColumnType } from '../../src/contract/column-batch.ts';
import { encodeBatch } from '../../src/testing/column-encoder.ts';
import { failureOf } from '../failure-of.ts';
import { numbers, NUMBER_FIELD } from './scripted-runner.ts';
import { resultOf, Stage } from './stage.ts';

const INTEGER = NUMBER_FIELD.type;
const item = (type: ColumnType) => ({ name: 'item', type, nullable: true }) as const;
const LIST: ColumnType = { kind: 'list', item: item(INTEGER) };
const MAP: ColumnType = { kind: 'map', key: item({ kind: 'text' }), value: item(INTEGER) };
const STRUCT: ColumnType = { kind: 'struct', fields: [item(INTEGER)] };
const integers = (...values: readonly number[]): ColumnData => ({
  type: INTEGER,
  length: values.length,
  values: Int32Array.from(values),
});

describe('a batch whose buffers do not fit its rows fails the statement and stops the engine', () => {
  const bytes = new Uint8Array(8);
  const offsets = Int32Array.of(0, 4, 8);
  it.each<[string, Partial<ColumnData> & { type: ColumnType }, RegExp]>([
    [
      'integers',
      { type: INTEGER, values: Int32Array.of(1) },
      /'n' \(integer\) has 4 bytes of values where 8 are needed/,
    ],
    ['integers of another width', { type: INTEGER, values: Int8Array.of(1, 2, 3, 4, 5, 6, 7, 8) }, /values of 1 bytes/],
    ['no values', { type: INTEGER }, /0 bytes of values/],
    ['texts cut', { type: { kind: 'text' }, offsets, values: new Uint8Array(5) }, /the last offset is 8/],
    ['texts out of order', { type: { kind: 'text' }, offsets: Int32Array.of(0, 8, 4), values: bytes }, /go back/],
    ['binary without offsets', { type: { kind: 'binary' }, values: bytes }, /0 offsets where 3 are needed/],
    ['booleans', { type: { kind: 'boolean' }, values: new Uint8Array() }, /0 bytes of values where 1/],
    ['timestamps', { type: { kind: 'timestamp' }, values: BigInt64Array.of(1n) }, /8 bytes of values where 16/],
    ['dates', { type: { kind: 'date' }, values: Int32Array.of(1) }, /4 bytes of values where 8/],
    ['decimals', { type: { kind: 'decimal', precision: 9, scale: 2 }, values: bytes }, /8 bytes of values where 32/],
    ['intervals', { type: { kind: 'interval' }, values: bytes }, /8 bytes of values where 32/],
    ['validity', { type: INTEGER, values: Int32Array.of(1, 2), validity: new Uint8Array() }, /0 bytes of validity/],
    ['list items', { type: LIST, offsets, children: [integers(1, 2)] }, /the last offset is 8, behind the 2/],
    ['list without items', { type: LIST, offsets }, /a child missing/],
    [
      'items of a list',
      { type: LIST, offsets, children: [{ type: INTEGER, length: 8, values: bytes }] },
      /values of 1/,
    ],
    ['struct members', { type: STRUCT, children: [integers(1)] }, /1 values for 2 rows/],
    ['map values', { type: MAP, offsets, children: [integers(1), integers(1)] }, /the type integer in this batch/],
    ['another length', { type: INTEGER, length: 3, values: Int32Array.of(1, 2, 3) }, /3 values for 2 rows/],
  ])('%s', async (_, column, message) => {
    const batch = { rowCount: 2, columns: [{ length: 2, ...column }] };
    const stage = new Stage({ fields: [{ ...NUMBER_FIELD, type: column.type }], batches: [batch] });
    const result = await stage.submit().result();
    const error = await failureOf(result.rows());
    expect(error).toMatchObject({ kind: 'unexpected', message: expect.stringMatching(message) });
    expect(stage.runner.closed).toBe(1);
  });

  it.each([
    [
      'another type',
      encodeBatch([{ ...NUMBER_FIELD, type: { kind: 'text' } }], [['a']]),
      /the type text in this batch/,
    ],
    ['another column', { rowCount: 1, columns: [integers(1), integers(2)] }, /2 columns, the result 1/],
  ])('%s than the result announced', async (_, batch, message) => {
    const stage = new Stage({ batches: [numbers(1), batch] });
    expect((await failureOf((await stage.submit().result()).rows())).message).toMatch(message);
  });
});

it('a time outside of a day is no text, unless it is null', async () => {
  const times = (validity: number): ColumnData => ({
    type: { kind: 'time' },
    length: 2,
    values: BigInt64Array.of(86_400_000_000n, -1n),
    validity: Uint8Array.of(validity),
  });
  const read = (column: ColumnData) =>
    resultOf([{ ...NUMBER_FIELD, type: column.type }], [{ rowCount: 2, columns: [column] }]).rows();
  expect(await read(times(1))).toEqual([{ n: '24:00:00' }, { n: null }]);
  expect(await failureOf(read(times(3)))).toMatchObject({
    kind: 'unexpected',
    message: expect.stringMatching(/Row 2.*-1/),
  });
});

it('reading many batches lets timers run', async () => {
  const column = integers(...Array.from({ length: 50_000 }, (_, at) => at));
  const result = resultOf(
    [NUMBER_FIELD],
    Array.from({ length: 80 }, () => ({ rowCount: 50_000, columns: [column] })),
  );
  let ticks = 0;
  const timer = setInterval(() => (ticks += 1), 1);
  await result.rows().finally(() => clearInterval(timer));
  expect(ticks).toBeGreaterThan(1);
});
