import * as arrow from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import type { ColumnBatch, ColumnField, ColumnType } from '../../../src/contract/column-batch.ts';
import { createArrowTable } from '../../../src/statement/arrow/arrow-table.ts';
import { createArrowLoader, type Arrow } from '../../../src/statement/arrow/load-arrow.ts';
import { encodeBatch, type TestValue } from '../../../src/testing/column-encoder.ts';
import { failureOf } from '../../failure-of.ts';

const integer = (bits: 8 | 16 | 32 | 64 | 128, signed = true): ColumnType => ({ kind: 'integer', bits, signed });
const field = (name: string, type: ColumnType, nullable = true): ColumnField => ({ name, type, nullable });

function tableOf(type: ColumnType, values: readonly TestValue[]): arrow.Table {
  const fields = [field('v', type)];
  const batch = encodeBatch(
    fields,
    values.map((value) => [value]),
  );
  return createArrowTable(arrow, fields, [batch]);
}

/** What the real reader makes of the bytes that the real writer wrote. */
const throughIpc = (table: arrow.Table): arrow.Table => arrow.tableFromIPC(arrow.tableToIPC(table, 'stream'));

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
  ])('%s, before and after IPC', (name, type) => {
    const table = tableOf(type, [null]);
    for (const each of [table, throughIpc(table)]) {
      const { type: seen } = each.schema.fields[0]!;
      expect(String(seen) + (arrow.DataType.isDecimal(seen) ? ` ${seen.bitWidth}` : '')).toBe(name);
      expect(each.getChildAt(0)!.get(0)).toBeNull();
    }
  });

  it('says which columns may be null, and that keys of a map may not', () => {
    const map: ColumnType = { kind: 'map', key: field('k', integer(8)), value: field('v', integer(8)) };
    const fields = [field('a', integer(8), false), field('b', integer(8)), field('m', map)];
    const { schema } = throughIpc(createArrowTable(arrow, fields, [encodeBatch(fields, [[1, null, [[1, null]]]])]));
    expect(schema.fields.map(({ nullable }) => nullable)).toEqual([false, true, true]);
    const [entries] = (schema.fields[2]!.type as arrow.Map_).children;
    expect(entries!.nullable).toBe(false);
    expect((entries!.type as arrow.Struct).children.map((child) => child.nullable)).toEqual([false, true]);
  });
});

describe('the memory of the columns', () => {
  it('is the memory of the table', () => {
    const fields = [
      field('i', integer(64)),
      field('t', { kind: 'text' }),
      field('d', { kind: 'decimal', precision: 9, scale: 2 }),
    ];
    const batch = encodeBatch(fields, [
      [1n, 'a', '1.00'],
      [null, 'b', '2.50'],
    ]);
    const table = createArrowTable(arrow, fields, [batch]);
    const data = table.batches[0]!.data.children;
    batch.columns.forEach((column, at) => {
      const { values, nullBitmap, valueOffsets } = data[at] as unknown as Record<string, Uint8Array | undefined>;
      expect(values?.buffer).toBe(column.values?.buffer);
      expect(nullBitmap?.buffer).toBe(column.validity?.buffer);
      expect(valueOffsets?.buffer).toBe(column.offsets?.buffer);
    });
    expect(String(table.get(1)!['t'])).toBe('b');
  });

  it('is copied where it is not aligned for what Arrow asks', () => {
    const type: ColumnType = { kind: 'decimal', precision: 9, scale: 2 };
    const { columns } = encodeBatch([field('d', type)], [['1.00'], ['-2.50']]);
    const shifted = new Uint8Array(35);
    shifted.set(columns[0]!.values as Uint8Array, 3);
    const batch: ColumnBatch = { rowCount: 2, columns: [{ type, length: 2, values: shifted.subarray(3) }] };
    const table = throughIpc(createArrowTable(arrow, [field('d', type)], [batch]));
    expect(Array.from(table.getChild('d')!, String)).toEqual(['100', '-250']);
  });

  it('may be missing where there are no items', () => {
    const list: ColumnType = {
      kind: 'list',
      item: field('item', { kind: 'struct', fields: [field('t', { kind: 'text' })] }),
    };
    const batch: ColumnBatch = {
      rowCount: 2,
      columns: [{ type: list, length: 2, offsets: new Int32Array(3), children: [{ type: list.item.type, length: 0 }] }],
    };
    const made = createArrowTable(arrow, [field('l', list)], [batch]);
    const [texts] = made.batches[0]!.data.children[0]!.children[0]!.children;
    expect(texts).toMatchObject({ length: 0, valueOffsets: Int32Array.of(0), values: new Uint8Array() });
    const table = throughIpc(made);
    expect(Array.from(table.getChild('l')!, (items: arrow.Vector) => items.length)).toEqual([0, 0]);
  });
});

describe('integers of 128 bits', () => {
  it('keep their sign and all their digits', () => {
    const signed = throughIpc(tableOf(integer(128), [-(10n ** 38n) + 1n, -1n, 2n ** 127n - 1n])).getChildAt(0)!;
    expect(Array.from(signed, String)).toEqual([`-${'9'.repeat(38)}`, '-1', String(2n ** 127n - 1n)]);
    const unsigned = throughIpc(tableOf(integer(128, false), [2n ** 127n - 1n, null, 5n])).getChildAt(0)!;
    expect(Array.from(unsigned, String)).toEqual([String(2n ** 127n - 1n), 'null', '5']);
  });

  it('are refused where they would change their sign', async () => {
    const error = await failureOf(() => tableOf(integer(128, false), [null, 1n, 2n ** 127n]));
    expect(error.kind).toBe('invalid-request');
    expect(error.message).toMatch(/row 3 .* above 2\^127 - 1; cast the column to text, or read rows\(\)/);
    const nothing = {
      type: integer(128, false),
      length: 1,
      validity: new Uint8Array(1),
      values: new Uint8Array(16).fill(255),
    };
    const table = createArrowTable(arrow, [field('v', nothing.type)], [{ rowCount: 1, columns: [nothing] }]);
    expect(table.getChildAt(0)!.get(0)).toBeNull();
  });
});

it('keeps batches apart and rows in order', () => {
  const fields = [field('n', integer(32))];
  const batches = [[[1], [2]], [[3]]].map((rows) => encodeBatch(fields, rows));
  const table = createArrowTable(arrow, fields, batches);
  expect(table.batches.map((batch) => batch.numRows)).toEqual([2, 1]);
  expect([...throughIpc(table).getChild('n')!]).toEqual([1, 2, 3]);
});

it('a result without columns is a table without columns', () => {
  expect(throughIpc(createArrowTable(arrow, [], [])).numCols).toBe(0);
});

describe('loading apache-arrow', () => {
  it('happens once, and again after a failureOf, which says what to install', async () => {
    let loads = 0;
    const load = createArrowLoader(async (): Promise<Arrow> => {
      loads += 1;
      if (loads === 1) throw new Error('Cannot find package');
      return arrow;
    });
    const error = await failureOf(load());
    expect(error).toMatchObject({ kind: 'unsupported', cause: new Error('Cannot find package') });
    expect(error.message).toContain('npm install apache-arrow');
    expect(await Promise.all([load(), load()])).toEqual([arrow, arrow]);
    expect(loads).toBe(2);
  });
});
