import * as arrow from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import type { ColumnBatch, ColumnField, ColumnType } from '../../../src/contract/column-batch.ts';
import { encodeBatch, type TestValue } from '../../../src/testing/column-encoder.ts';
import { collect, resultOf } from '../stage.ts';
import { failureOf } from '../../failure-of.ts';

const integer = (bits: 8 | 16 | 32 | 64 | 128, signed = true): ColumnType => ({ kind: 'integer', bits, signed });
const field = (name: string, type: ColumnType, nullable = true): ColumnField => ({ name, type, nullable });

const toTable = (fields: readonly ColumnField[], batches: readonly ColumnBatch[]): Promise<arrow.Table> =>
  resultOf(fields, batches).toArrow();

function tableOf(type: ColumnType, values: readonly TestValue[]): Promise<arrow.Table> {
  const fields = [field('v', type)];
  const rows = values.map((value) => [value]);
  return toTable(fields, [encodeBatch(fields, rows)]);
}

describe('the Arrow type of each column type', () => {
  it.each<[string, ColumnType]>([
    ['Null', { kind: 'null' }],
    ['Bool', { kind: 'boolean' }],
    ['Int8', integer(8)],
    ['Uint16', integer(16, false)],
    ['Int32', integer(32)],
    ['Uint64', integer(64, false)],
    ['Decimal[38e0] 128', integer(128)],
    ['Decimal[38e0] 128', integer(128, false)],
    ['Float32', { kind: 'float', bits: 32 }],
    ['Float64', { kind: 'float', bits: 64 }],
    ['Decimal[12e+2] 128', { kind: 'decimal', precision: 12, scale: 2 }],
    ['Utf8', { kind: 'text' }],
    ['Binary', { kind: 'binary' }],
    ['Date32<DAY>', { kind: 'date' }],
    ['Time64<MICROSECOND>', { kind: 'time' }],
    ['Timestamp<MICROSECOND>', { kind: 'timestamp' }],
    ['Timestamp<MICROSECOND, Europe/Berlin>', { kind: 'timestamp', timezone: 'Europe/Berlin' }],
    ['Duration<MICROSECOND>', { kind: 'duration' }],
    ['Interval<YEAR_MONTH>', { kind: 'months' }],
    ['Interval<MONTH_DAY_NANO>', { kind: 'interval' }],
    ['List<Int32>', { kind: 'list', item: field('item', integer(32)) }],
    [
      'Struct<{a:Int32, a_2:Utf8}>',
      { kind: 'struct', fields: [field('a', integer(32)), field('a', { kind: 'text' })] },
    ],
    [
      'Map<{key:Utf8, value:Int64}>',
      { kind: 'map', key: field('k', { kind: 'text' }), value: field('v', integer(64)) },
    ],
  ])('is %s', async (name, type) => {
    const table = await tableOf(type, [null]);
    const { type: seen } = table.schema.fields[0]!;
    expect(String(seen) + (arrow.DataType.isDecimal(seen) ? ` ${seen.bitWidth}` : '')).toBe(name);
    expect(table.getChildAt(0)!.get(0)).toBeNull();
  });

  it('shows which columns may be null, and that keys of a map may not', async () => {
    const map: ColumnType = { kind: 'map', key: field('k', integer(8)), value: field('v', integer(8)) };
    const fields = [field('a', integer(8), false), field('b', integer(8)), field('m', map)];
    const { schema } = await toTable(fields, [encodeBatch(fields, [[1, null, [[1, null]]]])]);
    expect(schema.fields.map(({ nullable }) => nullable)).toEqual([false, true, true]);
    const [entries] = (schema.fields[2]!.type as arrow.Map_).children;
    expect(entries!.nullable).toBe(false);
    expect((entries!.type as arrow.Struct).children.map((child) => child.nullable)).toEqual([false, true]);
  });
});

describe('buffers', () => {
  it('of a message that the engine sent stay where they are', async () => {
    const fields = [field('i', integer(64))];
    const [, ipcMessage] = await collect(resultOf(fields, [encodeBatch(fields, [[1n], [null]])]).ipcStream());
    const batch: ColumnBatch = { rowCount: 2, columns: [], ipcMessage: ipcMessage! };
    const table = await toTable(fields, [batch]);
    expect([...table.getChild('i')!]).toEqual([1n, null]);
    expect(table.batches[0]!.data.children[0]!.values.buffer).toBe(ipcMessage!.buffer);
  });

  it('need no alignment', async () => {
    const type: ColumnType = { kind: 'decimal', precision: 9, scale: 2 };
    const { columns } = encodeBatch([field('d', type)], [['1.00'], ['-2.50']]);
    const shifted = new Uint8Array(35);
    shifted.set(columns[0]!.values as Uint8Array, 3);
    const batch: ColumnBatch = { rowCount: 2, columns: [{ type, length: 2, values: shifted.subarray(3) }] };
    const table = await toTable([field('d', type)], [batch]);
    expect(Array.from(table.getChild('d')!, String)).toEqual(['100', '-250']);
  });

  it('may be missing where there are no items', async () => {
    const struct: ColumnType = { kind: 'struct', fields: [field('t', { kind: 'text' })] };
    const list: ColumnType = { kind: 'list', item: field('item', struct) };
    const column = { type: list, length: 2, offsets: new Int32Array(3), children: [{ type: struct, length: 0 }] };
    const table = await toTable([field('l', list)], [{ rowCount: 2, columns: [column] }]);
    expect(Array.from(table.getChild('l')!, (items: arrow.Vector) => items.length)).toEqual([0, 0]);
  });
});

describe('integers of 128 bits', () => {
  it('keep their sign and all their digits', async () => {
    const signed = await tableOf(integer(128), [-(10n ** 38n) + 1n, -1n, 2n ** 127n - 1n]);
    expect(Array.from(signed.getChildAt(0)!, String)).toEqual([`-${'9'.repeat(38)}`, '-1', String(2n ** 127n - 1n)]);
    const unsigned = await tableOf(integer(128, false), [2n ** 127n - 1n, null, 5n]);
    expect(Array.from(unsigned.getChildAt(0)!, String)).toEqual([String(2n ** 127n - 1n), 'null', '5']);
  });

  it('are rejected where they would change their sign', async () => {
    const type = integer(128, false);
    const error = await failureOf(tableOf(type, [null, 1n, 2n ** 127n]));
    expect(error.kind).toBe('invalid-request');
    expect(error.message).toMatch(/row 3 .* above 2\^127 - 1.*cast the column to text, or call rows\(\)/);
    const nothing = { type, length: 1, validity: new Uint8Array(1), values: new Uint8Array(16).fill(255) };
    const table = await toTable([field('v', type)], [{ rowCount: 1, columns: [nothing] }]);
    expect(table.getChildAt(0)!.get(0)).toBeNull();
  });
});

it('keeps batches apart and rows in order', async () => {
  const fields = [field('n', integer(32))];
  const batches = [[[1], [2]], [[3]]].map((rows) => encodeBatch(fields, rows));
  const table = await toTable(fields, batches);
  expect(table.batches.map((batch) => batch.numRows)).toEqual([2, 1]);
  expect([...table.getChild('n')!]).toEqual([1, 2, 3]);
});

it('a result without columns is a table without columns', async () => {
  expect((await toTable([], [])).numCols).toBe(0);
});
