import type { SampleType, SqlSample, SqlSamples } from '../../src/conformance/samples.ts';

/** Engines send batches of eight thousand rows and more. */
const ROW_COUNT = 25_000;
const HOSTILE_TEXT = `O'Brien "quoted" -- ; DROP TABLE x; /* ? :name */ \\ é 🦆`;
/** 2024-02-29 12:34:56.789123 UTC, microseconds since 1970. */
const LEAP_MOMENT_US = 1_709_210_096_789_123n;

const integer = (bits: 8 | 16 | 32 | 64): SampleType => ({ kind: 'integer', bits, signed: true });

/** One type: the expression, the column it must become and the value it must keep, beside a null of the same type. */
function typeSample(expression: string, type: SampleType, value: SqlSample['rows'][number][number]): SqlSample {
  return {
    about: expression,
    text: `SELECT nth, CASE nth WHEN 1 THEN ${expression} END AS value FROM (SELECT explode(array(1, 2)) AS nth) ORDER BY nth`,
    columns: [
      { name: 'nth', type: integer(32) },
      { name: 'value', type },
    ],
    rows: [
      [1, value],
      [2, null],
    ],
  };
}

/** Statements in Spark's dialect. @see https://spark.apache.org/docs/latest/sql-ref-datatypes.html (read 2026-11-21) */
export const SPARK_SAMPLES: SqlSamples = {
  rows: {
    about: `${ROW_COUNT} rows`,
    text: `SELECT CAST(id AS INT) AS id, concat('row ', id) AS label FROM range(${ROW_COUNT}) ORDER BY id DESC`,
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
      text: 'SELECT ? AS value, CAST(? AS INT) AS amount',
      parameters: [HOSTILE_TEXT, 42],
      columns: [
        { name: 'value', type: { kind: 'text' } },
        { name: 'amount', type: integer(32) },
      ],
      rows: [[HOSTILE_TEXT, 42]],
    },
    {
      about: 'by name',
      text: 'SELECT :value AS value, CAST(:nothing AS STRING) AS nothing',
      parameters: { value: HOSTILE_TEXT, nothing: null },
      columns: [
        { name: 'value', type: { kind: 'text' } },
        { name: 'nothing', type: { kind: 'text' } },
      ],
      rows: [[HOSTILE_TEXT, null]],
    },
  ],
  refused: 'SELEC 1',
  endless: 'SELECT sum(hash(a.id + b.id)) AS never FROM range(100000000) AS a CROSS JOIN range(100000000) AS b',
  types: [
    typeSample('TRUE', { kind: 'boolean' }, true),
    typeSample('CAST(-128 AS TINYINT)', integer(8), -128),
    typeSample('CAST(-32768 AS SMALLINT)', integer(16), -32_768),
    typeSample('CAST(-2147483648 AS INT)', integer(32), -2_147_483_648),
    typeSample('9223372036854775807L', integer(64), 9_223_372_036_854_775_807n),
    typeSample('0.1D', { kind: 'float', bits: 64 }, 0.1),
    typeSample('CAST(1.5 AS FLOAT)', { kind: 'float', bits: 32 }, 1.5),
    typeSample("CAST('-1.50' AS DECIMAL(4, 2))", { kind: 'decimal', precision: 4, scale: 2 }, '-1.50'),
    typeSample("'é 🦆'", { kind: 'text' }, 'é 🦆'),
    typeSample("X'00FF'", { kind: 'binary' }, Uint8Array.of(0, 255)),
    typeSample("DATE '2024-02-29'", { kind: 'date' }, 19_782),
    typeSample("TIMESTAMP '2024-02-29 12:34:56.789123 UTC'", { kind: 'timestamp' }, LEAP_MOMENT_US),
    typeSample("TIMESTAMP_NTZ '2024-02-29 12:34:56.789123'", { kind: 'timestamp' }, LEAP_MOMENT_US),
    typeSample('array(1, NULL, 3)', { kind: 'list' }, [1, null, 3]),
    typeSample("named_struct('x', 1, 'y', 'two')", { kind: 'struct' }, { x: 1, y: 'two' }),
    typeSample("map('a', 1)", { kind: 'map' }, [['a', 1]]),
    {
      about: 'an empty result',
      text: 'SELECT 1 AS one, 1 AS one WHERE FALSE',
      columns: [
        { name: 'one', type: integer(32) },
        { name: 'one', type: integer(32) },
      ],
      rows: [],
    },
  ],
};
