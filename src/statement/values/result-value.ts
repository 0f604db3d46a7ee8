/**
 * A value in a row. `null` is SQL's NULL. Only here this package uses `null` instead of `undefined`: JSON drops
 * `undefined`, and a row must keep its columns.
 *
 * | column type | value |
 * |---|---|
 * | `boolean` | boolean |
 * | integers up to 32 bits | number |
 * | integers of 64 and 128 bits | bigint |
 * | `float`, `double` | number; NaN and ±Infinity stay |
 * | `decimal(p,s)` | text with exactly `s` digits behind the point |
 * | `text` | string |
 * | `binary` | Uint8Array, a copy |
 * | `date` | `'YYYY-MM-DD'` |
 * | `time` | `'HH:MM:SS[.ffffff]'` |
 * | `timestamp` | `'YYYY-MM-DDTHH:MM:SS[.ffffff]'`, a local date and time |
 * | `timestamp with time zone` | the same in UTC with `Z` behind it, an instant |
 * | `duration` | ISO 8601: `'PT26H3M4.5S'`, `'-PT1S'` |
 * | `interval year to month` | ISO 8601: `'P1Y2M'` |
 * | `interval` | ISO 8601: `'P1Y2M3DT4H5M6.000007S'` |
 * | `list<…>` | array |
 * | `struct<…>` | object |
 * | `map<…>` | array of `[key, value]` |
 * | NULL | `null` |
 *
 * Years before 0000 and after 9999 have a sign and at least six digits (`'-000043-03-15'`), as in ECMAScript's date
 * format; the year 0000 is 1 BC. Infinite dates and timestamps are `'infinity'` and `'-infinity'`.
 * Decision 9: docs/decisions/0009-values-are-exact.md
 */
export type ResultValue =
  null | boolean | number | bigint | string | Uint8Array | ResultValue[] | { [member: string]: ResultValue };

/** One row under the names of its columns. */
export type Row = Record<string, ResultValue>;

/** One row in the order of its columns. */
export type RowArray = ResultValue[];
