import type { SampleValue } from './column-reader.ts';
import type { SampleType, SqlSample, SqlSamples } from './samples.ts';

const ROW_COUNT = 2_500;
const HOSTILE_TEXT = `O'Brien "quoted" -- ; DROP TABLE x; /* ? $name */ \\ é 🦆`;
const INT_64_MAX = 9_223_372_036_854_775_807n;
/** 2024-02-29 12:34:56.789123 UTC, microseconds since 1970. */
const LEAP_MOMENT_US = 1_709_210_096_789_123n;

/** One type: the expression, the column it must become and the value it must keep, beside a null of the same type. */
function typeSample(expression: string, type: SampleType, value: SampleValue): SqlSample {
  return {
    about: expression,
    text: `SELECT * FROM (VALUES (1, ${expression}), (2, NULL)) AS samples(nth, value) ORDER BY nth`,
    columns: [
      { name: 'nth', type: { kind: 'integer', bits: 32, signed: true } },
      { name: 'value', type },
    ],
    rows: [
      [1, value],
      [2, null],
    ],
  };
}

const integer = (bits: 8 | 16 | 32 | 64 | 128, signed = true): SampleType => ({ kind: 'integer', bits, signed });

/**
 * Statements in DuckDB's dialect.
 * @see https://duckdb.org/docs/stable/sql/data_types/overview (read 2026-11-21)
 */
export const DUCKDB_SAMPLES: SqlSamples = {
  rows: {
    about: `${ROW_COUNT} rows`,
    text: `SELECT i::INTEGER AS id, 'row ' || i AS label FROM range(${ROW_COUNT}) AS numbers(i) ORDER BY i DESC`,
    columns: [
      { name: 'id', type: integer(32) },
      { name: 'label', type: { kind: 'text' } },
    ],
    rows: Array.from({ length: ROW_COUNT }, (_, at) => {
      const id = ROW_COUNT - 1 - at;
      return [id, `row ${id}`];
    }),
  },
  parameters: [
    {
      about: 'by position',
      text: 'SELECT ?::VARCHAR AS value, ?::INTEGER AS amount',
      parameters: [HOSTILE_TEXT, 42],
      columns: [
        { name: 'value', type: { kind: 'text' } },
        { name: 'amount', type: integer(32) },
      ],
      rows: [[HOSTILE_TEXT, 42]],
    },
    {
      about: 'by name',
      text: 'SELECT $value::VARCHAR AS value, $nothing::VARCHAR AS nothing',
      parameters: { value: HOSTILE_TEXT, nothing: null },
      columns: [
        { name: 'value', type: { kind: 'text' } },
        { name: 'nothing', type: { kind: 'text' } },
      ],
      rows: [[HOSTILE_TEXT, null]],
    },
  ],
  refused: 'SELEC 1',
  endless: 'SELECT sum(hash(a.i + b.i)) AS never FROM range(100000000) AS a(i), range(100000000) AS b(i)',
  types: [
    typeSample('TRUE', { kind: 'boolean' }, true),
    typeSample('CAST(-128 AS TINYINT)', integer(8), -128),
    typeSample('255::UTINYINT', integer(8, false), 255),
    typeSample('CAST(-32768 AS SMALLINT)', integer(16), -32_768),
    typeSample('65535::USMALLINT', integer(16, false), 65_535),
    typeSample('CAST(-2147483648 AS INTEGER)', integer(32), -2_147_483_648),
    typeSample('4294967295::UINTEGER', integer(32, false), 4_294_967_295),
    typeSample(`${INT_64_MAX}::BIGINT`, integer(64), INT_64_MAX),
    typeSample('18446744073709551615::UBIGINT', integer(64, false), 18_446_744_073_709_551_615n),
    typeSample('CAST(-170141183460469231731687303715884105727 AS HUGEINT)', integer(128), -(2n ** 127n - 1n)),
    typeSample('0.1::DOUBLE', { kind: 'float', bits: 64 }, 0.1),
    typeSample('1.5::FLOAT', { kind: 'float', bits: 32 }, 1.5),
    typeSample("'-1.50'::DECIMAL(4, 2)", { kind: 'decimal', precision: 4, scale: 2 }, '-1.50'),
    typeSample(
      "'12345678901234567890123456.789012345678'::DECIMAL(38, 12)",
      { kind: 'decimal', precision: 38, scale: 12 },
      '12345678901234567890123456.789012345678',
    ),
    typeSample("'é 🦆'::VARCHAR", { kind: 'text' }, 'é 🦆'),
    typeSample("'\\x00\\xFF'::BLOB", { kind: 'binary' }, Uint8Array.of(0, 255)),
    typeSample("DATE '2024-02-29'", { kind: 'date' }, 19_782),
    typeSample("TIME '12:34:56.789123'", { kind: 'time' }, 45_296_789_123n),
    typeSample("TIMESTAMP '2024-02-29 12:34:56.789123'", { kind: 'timestamp' }, LEAP_MOMENT_US),
    typeSample("TIMESTAMP '1969-12-31 23:59:59.999999'", { kind: 'timestamp' }, -1n),
    typeSample("TIMESTAMPTZ '2024-02-29 12:34:56.789123+00'", { kind: 'timestamp' }, LEAP_MOMENT_US),
    typeSample(
      "INTERVAL '14 months 3 days 4.5 seconds'",
      { kind: 'interval' },
      { months: 14, days: 3, nanoseconds: 4_500_000_000n },
    ),
    typeSample('[1, NULL, 3]::INTEGER[]', { kind: 'list' }, [1, null, 3]),
    typeSample('[]::INTEGER[]', { kind: 'list' }, []),
    typeSample("{'x': 1, 'y': 'two'}", { kind: 'struct' }, { x: 1, y: 'two' }),
    typeSample("[{'x': [1, 2]}, {'x': NULL}]", { kind: 'list' }, [{ x: [1, 2] }, { x: null }]),
    typeSample("MAP {'a': 1, 'b': NULL}", { kind: 'map' }, [
      ['a', 1],
      ['b', null],
    ]),
    {
      about: 'an empty result',
      text: 'SELECT 1::INTEGER AS one, 1::INTEGER AS one WHERE FALSE',
      columns: [
        { name: 'one', type: integer(32) },
        { name: 'one', type: integer(32) },
      ],
      rows: [],
    },
  ],
};
