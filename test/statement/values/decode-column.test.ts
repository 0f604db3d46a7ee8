import { describe, expect, it } from 'vitest';
import type { ColumnData, ColumnField, ColumnType } from '../../../src/contract/column-batch.ts';
import { decodeColumn } from '../../../src/statement/values/decode-column.ts';
import { encodeColumn, type TestValue } from '../../../src/testing/column-encoder.ts';
import { failureOf } from '../../failure-of.ts';

const integer = (bits: 8 | 16 | 32 | 64 | 128, signed = true): ColumnType => ({ kind: 'integer', bits, signed });
const decimal = (precision: number, scale: number): ColumnType => ({ kind: 'decimal', precision, scale });
const field = (name: string, type: ColumnType): ColumnField => ({ name, type, nullable: true });
const days = (iso: string): number => Date.parse(iso) / 86_400_000;
const microseconds = (iso: string, more = 0n): bigint => BigInt(Date.parse(iso)) * 1000n + more;

/** What comes of values that went into a column. */
const decode = (type: ColumnType, values: readonly TestValue[]): unknown[] => decodeColumn(encodeColumn(type, values));

describe('the table of values: each type, its extremes, and null', () => {
  it.each<[string, ColumnType, readonly TestValue[], (readonly unknown[])?]>([
    ['null', { kind: 'null' }, [null, null]],
    ['boolean', { kind: 'boolean' }, [true, false, null, true]],
    ['tinyint', integer(8), [-128, 127, null]],
    ['utinyint', integer(8, false), [0, 255, null]],
    ['smallint', integer(16), [-32_768, 32_767]],
    ['usmallint', integer(16, false), [65_535]],
    ['integer', integer(32), [-2_147_483_648, 2_147_483_647, null]],
    ['uinteger', integer(32, false), [4_294_967_295]],
    ['bigint', integer(64), [-(2n ** 63n), 2n ** 63n - 1n, 7n, null]],
    ['ubigint', integer(64, false), [2n ** 64n - 1n]],
    ['hugeint', integer(128), [-(2n ** 127n), 2n ** 127n - 1n, -1n, 0n, null]],
    ['uhugeint', integer(128, false), [2n ** 128n - 1n, 0n]],
    ['float', { kind: 'float', bits: 32 }, [1.5, Number.NaN, null]],
    ['double', { kind: 'float', bits: 64 }, [0.1, -0, Infinity, -Infinity, Number.NaN]],
    ['decimal', decimal(12, 2), ['1.50', '-0.05', '0.00', '9999999999.99', null]],
    ['decimal of 38 digits', decimal(38, 10), [`-${'9'.repeat(28)}.${'9'.repeat(10)}`]],
    ['decimals with empty words', decimal(38, 0), [2n ** 64n, 2n ** 96n, 5n - 2n ** 64n, -(2n ** 96n)].map(String)],
    ['decimal without a fraction', decimal(38, 0), ['-12', '0', '9'.repeat(38)]],
    ['decimal of nothing but a fraction', decimal(5, 5), ['0.00001', '-0.99999', '0.00000']],
    [
      'decimals around 2^53',
      decimal(20, 1),
      ['900719925474099.1', '900719925474099.2', '-900719925474099.2', '-900719925474099.3', '900719925474099.3'],
    ],
    ['text', { kind: 'text' }, ['', 'plain', null, "it's"]],
    ['text beyond ASCII', { kind: 'text' }, ['Zürich', '☃', '😀 ok', '', null, '\uFEFFmark', 'a\u0000b']],
    ['binary', { kind: 'binary' }, [new Uint8Array([0, 255]), new Uint8Array(), null]],
    ['date', { kind: 'date' }, [0, days('2024-02-29'), -1, null], ['1970-01-01', '2024-02-29', '1969-12-31', null]],
    [
      'date far away',
      { kind: 'date' },
      [days('0000-01-01'), days('-000001-12-31'), days('+010000-01-01'), 2_147_483_646],
      ['0000-01-01', '-000001-12-31', '+010000-01-01', '+5881580-07-10'],
    ],
    ['date without end', { kind: 'date' }, [2_147_483_647, -2_147_483_647], ['infinity', '-infinity']],
    [
      'time',
      { kind: 'time' },
      [0n, 86_399_999_999n, 3_723_000_004n, 86_400_000_000n, null],
      ['00:00:00', '23:59:59.999999', '01:02:03.000004', '24:00:00', null],
    ],
    [
      'timestamp',
      { kind: 'timestamp' },
      [0n, microseconds('2024-02-29T12:34:56Z', 7n), -1n, null],
      ['1970-01-01T00:00:00', '2024-02-29T12:34:56.000007', '1969-12-31T23:59:59.999999', null],
    ],
    [
      'timestamp with time zone',
      { kind: 'timestamp', timezone: 'Europe/Berlin' },
      [microseconds('2024-07-01T00:00:00Z')],
      ['2024-07-01T00:00:00Z'],
    ],
    [
      'timestamp far away',
      { kind: 'timestamp' },
      [
        microseconds('-000043-03-15T11:00:00Z'),
        microseconds('+012345-01-01T00:00:00.120Z'),
        9_223_372_036_854_775_806n,
        -9_223_372_036_854_775_808n,
      ],
      [
        '-000043-03-15T11:00:00',
        '+012345-01-01T00:00:00.120000',
        '+294247-01-10T04:00:54.775806',
        '-290308-12-21T19:59:05.224192',
      ],
    ],
    [
      'timestamp without end',
      { kind: 'timestamp', timezone: 'UTC' },
      [2n ** 63n - 1n, 1n - 2n ** 63n],
      ['infinity', '-infinity'],
    ],
    [
      'duration',
      { kind: 'duration' },
      [0n, 1n, -1_000_000n, 93_784_500_000n, -90_061_000_001n, -(2n ** 63n), null],
      ['PT0S', 'PT0.000001S', '-PT1S', 'PT26H3M4.5S', '-PT25H1M1.000001S', '-PT2562047788H54.775808S', null],
    ],
    [
      'interval year to month',
      { kind: 'months' },
      [0, 14, -3, 24, -2_147_483_648, null],
      ['P0M', 'P1Y2M', '-P3M', 'P2Y', '-P178956970Y8M', null],
    ],
    [
      'interval',
      { kind: 'interval' },
      [
        { months: 14, days: 3, nanoseconds: 14_706_000_007_000n },
        { months: 0, days: 0, nanoseconds: 0n },
        { months: -1, days: 0, nanoseconds: -1n },
        { months: 1, days: -2, nanoseconds: -10_800_500_000_000n },
        { months: 0, days: 40, nanoseconds: 0n },
        null,
      ],
      ['P1Y2M3DT4H5M6.000007S', 'PT0S', '-P1MT0.000000001S', 'P1M-2DT-3H-0.5S', 'P40D', null],
    ],
    ['list', { kind: 'list', item: field('item', integer(32)) }, [[1, null, 3], [], null, [4]]],
    [
      'struct',
      { kind: 'struct', fields: [field('a', integer(64)), field('b', { kind: 'text' })] },
      [{ a: 1n, b: 'x' }, { a: null, b: null }, null],
    ],
    [
      'map',
      { kind: 'map', key: field('key', { kind: 'date' }), value: field('value', integer(32)) },
      [
        [
          [0, 1],
          [1, null],
        ],
        [],
        null,
      ],
      [
        [
          ['1970-01-01', 1],
          ['1970-01-02', null],
        ],
        [],
        null,
      ],
    ],
    [
      'nested',
      {
        kind: 'list',
        item: field('item', {
          kind: 'list',
          item: field('item', { kind: 'struct', fields: [field('day', { kind: 'date' })] }),
        }),
      },
      [[[{ day: 0 }], [], null], null],
      [[[{ day: '1970-01-01' }], [], null], null],
    ],
  ])('%s', (_, type, values, expected = values) => {
    const decoded = decode(type, values);
    expect(decoded).toEqual(expected);
    // `toEqual` takes a Buffer for a Uint8Array, and -0 for 0.
    decoded.forEach((value, at) => expect(Object.is(value, expected[at]) || typeof value === 'object').toBe(true));
  });
});

describe('what engines may hand over', () => {
  it('offsets that begin anywhere, in text, binary, lists and maps', () => {
    const offsets = Int32Array.of(2, 4, 4, 7);
    const values = new TextEncoder().encode('..abcde....');
    expect(decodeColumn({ type: { kind: 'text' }, length: 3, values, offsets })).toEqual(['ab', '', 'cde']);
    expect(decodeColumn({ type: { kind: 'binary' }, length: 2, values, offsets })).toEqual([
      values.slice(2, 4),
      new Uint8Array(),
    ]);
    const items = encodeColumn(integer(32), [9, 9, 1, 2, 3, 4, 5, 9]);
    const list: ColumnType = { kind: 'list', item: field('item', integer(32)) };
    expect(decodeColumn({ type: list, length: 3, offsets, children: [items] })).toEqual([[1, 2], [], [3, 4, 5]]);
    const map: ColumnType = { kind: 'map', key: field('key', integer(32)), value: field('value', integer(32)) };
    const children = [items, items];
    expect(decodeColumn({ type: map, length: 2, offsets, children })).toEqual([
      [
        [1, 1],
        [2, 2],
      ],
      [],
    ]);
  });

  it('text beyond ASCII behind offsets that begin anywhere', () => {
    const values = new TextEncoder().encode('xx☃é');
    const column: ColumnData = { type: { kind: 'text' }, length: 2, values, offsets: Int32Array.of(2, 5, 7) };
    expect(decodeColumn(column)).toEqual(['☃', 'é']);
  });

  it('a column of more text than is decoded at once', () => {
    const texts = Array.from({ length: 5000 }, (_, at) => `${at} `.repeat(at % 40) + (at % 997 === 0 ? 'é' : ''));
    texts.push('x'.repeat(200_000), '', 'ü'.repeat(70_000), 'z');
    expect(decode({ kind: 'text' }, texts)).toEqual(texts);
  });

  it('bytes that are no UTF-8: they become replacement characters, and only where they stand', () => {
    const values = new Uint8Array([0xff, 0x61, 0xe2, 0x98, 0x62]);
    const column: ColumnData = { type: { kind: 'text' }, length: 3, values, offsets: Int32Array.of(0, 2, 4, 5) };
    expect(decodeColumn(column)).toEqual(['\uFFFDa', '\uFFFD', 'b']);
  });

  it('128-bit values in any kind of array, at any alignment', () => {
    const bytes = encodeColumn(decimal(10, 2), ['1.50', '-2.25']).values!;
    const shifted = new Uint8Array(40);
    shifted.set(bytes as Uint8Array, 3);
    const asWords = new BigInt64Array(bytes.buffer);
    for (const values of [bytes, shifted.subarray(3, 35), asWords]) {
      expect(decodeColumn({ type: decimal(10, 2), length: 2, values })).toEqual(['1.50', '-2.25']);
    }
  });

  it('buffers that are longer than the column', () => {
    expect(decodeColumn({ type: integer(32), length: 2, values: Int32Array.of(1, 2, 3) })).toEqual([1, 2]);
    expect(decodeColumn({ type: { kind: 'boolean' }, length: 1, values: new Uint8Array([0xff]) })).toEqual([true]);
  });

  it('a column without rows, without any buffer', () => {
    for (const kind of ['text', 'date', 'decimal', 'list', 'struct', 'map'] as const) {
      expect(decodeColumn({ type: { kind } as ColumnType, length: 0 })).toEqual([]);
    }
  });

  it('a validity mask where nothing is null, and anything in the place of a null', () => {
    const all: ColumnData = {
      type: integer(8),
      length: 3,
      validity: new Uint8Array([0b111]),
      values: Int8Array.of(1, 2, 3),
    };
    expect(decodeColumn(all)).toEqual([1, 2, 3]);
    const some = { ...all, validity: new Uint8Array([0b101]) };
    expect(decodeColumn(some)).toEqual([1, null, 3]);
  });

  it.each([
    ['values', { type: integer(32), length: 1 }],
    ['offsets', { type: { kind: 'text' }, length: 1, values: new Uint8Array() }],
    ['child 0', { type: { kind: 'list', item: field('item', integer(8)) }, length: 1, offsets: Int32Array.of(0, 0) }],
  ] as [string, ColumnData][])(
    "a column that lacks its %s is a mistake of the engine's adapter",
    async (part, column) => {
      const error = await failureOf(() => decodeColumn(column));
      expect(error.kind).toBe('internal');
      expect(error.message).toContain(`without its ${part}`);
    },
  );
});

it("hands out binary values that are nobody else's memory", () => {
  const column = encodeColumn({ kind: 'binary' }, [new Uint8Array([1, 2])]);
  const [value] = decodeColumn(column) as [Uint8Array];
  value[0] = 99;
  expect(decodeColumn(column)).toEqual([new Uint8Array([1, 2])]);
});

it('hands out values that JSON can take, but for bigint and binary', () => {
  const map: ColumnType = { kind: 'map', key: field('key', { kind: 'text' }), value: field('value', decimal(4, 1)) };
  expect(
    JSON.stringify(
      decode(map, [
        [
          ['a', '1.5'],
          ['b', null],
        ],
      ]),
    ),
  ).toBe('[[["a","1.5"],["b",null]]]');
});
