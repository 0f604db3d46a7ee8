import type { ColumnType } from '../../src/contract/column-batch.ts';

/** Intervals, which PySpark fetches in no version: it is asked for them as text, and so as what the server holds. */
export interface IntervalCase {
  readonly name: string;
  readonly kind: ColumnType['kind'];
  /** Rows of one column, `v`. */
  readonly from: string;
  /** Each value as Spark writes it as text, and as we give it. */
  readonly values: readonly (readonly [text: string | null, value: string | null])[];
}

/** Every part of an interval, its signs, and the ends of its range. */
export const INTERVAL_VALUES: readonly IntervalCase[] = [
  {
    name: 'calendar interval',
    kind: 'interval',
    from: 'VALUES (make_interval(1, 2, 0, 3, 4, 5, 6.000007)), (make_interval(0, -1, 0, 2)), (make_interval(0, -1, 0, -2, 0, 0, -0.5)), (make_interval()), (make_interval(178956970, 7, 0, 2147483647)), (make_interval(0, 0, 0, 0, 100, 0, -1)), (NULL) AS t(v)',
    values: [
      ['1 years 2 months 3 days 4 hours 5 minutes 6.000007 seconds', 'P1Y2M3DT4H5M6.000007S'],
      ['-1 months 2 days', 'P-1M2D'],
      ['-1 months -2 days -0.5 seconds', '-P1M2DT0.5S'],
      ['0 seconds', 'PT0S'],
      ['178956970 years 7 months 2147483647 days', 'P178956970Y7M2147483647D'],
      ['99 hours 59 minutes 59 seconds', 'PT99H59M59S'],
      [null, null],
    ],
  },
  {
    name: 'interval year to month',
    kind: 'months',
    from: "VALUES (INTERVAL '1-2' YEAR TO MONTH), (INTERVAL '-3' MONTH), (INTERVAL '0' YEAR), (INTERVAL '178956970-7' YEAR TO MONTH), (NULL) AS t(v)",
    values: [
      ["INTERVAL '1-2' YEAR TO MONTH", 'P1Y2M'],
      ["INTERVAL '-0-3' YEAR TO MONTH", '-P3M'],
      ["INTERVAL '0-0' YEAR TO MONTH", 'P0M'],
      ["INTERVAL '178956970-7' YEAR TO MONTH", 'P178956970Y7M'],
      [null, null],
    ],
  },
];
