import type { EngineName } from './engine-homes.ts';

/** One statement whose values are compared with PySpark's. */
export interface ValueCase {
  readonly name: string;
  readonly sql: string;
  /** Servers that do not know what it says, each with what they lack. */
  readonly notOn?: Partial<Record<EngineName, string>>;
}

const TIME_IS_NEW = 'TIME came with Spark 4.1';

/** Each type of Spark: usual values, the ends of its range, and NULL. */
export const TYPED_VALUES: readonly ValueCase[] = [
  { name: 'boolean', sql: 'SELECT * FROM VALUES (true), (false), (CAST(NULL AS BOOLEAN)) AS t(v)' },
  { name: 'tinyint', sql: 'SELECT * FROM VALUES (CAST(-128 AS TINYINT)), (CAST(127 AS TINYINT)), (NULL) AS t(v)' },
  {
    name: 'smallint',
    sql: 'SELECT * FROM VALUES (CAST(-32768 AS SMALLINT)), (CAST(32767 AS SMALLINT)), (NULL) AS t(v)',
  },
  { name: 'int', sql: 'SELECT * FROM VALUES (-2147483648), (2147483647), (0), (NULL) AS t(v)' },
  {
    name: 'bigint',
    sql: 'SELECT * FROM VALUES (-9223372036854775807L), (9223372036854775807L), (9007199254740993L), (NULL) AS t(v)',
  },
  {
    name: 'float',
    sql: "SELECT CAST(v AS FLOAT) AS v FROM VALUES ('0.1'), ('-3.4028235E38'), ('1.4E-45'), ('NaN'), ('Infinity'), (NULL) AS t(v)",
  },
  {
    name: 'double',
    sql: "SELECT CAST(v AS DOUBLE) AS v FROM VALUES ('0.1'), ('-1.7976931348623157E308'), ('4.9E-324'), ('-0.0'), ('NaN'), ('-Infinity'), (NULL) AS t(v)",
  },
  {
    name: 'decimal(38,18)',
    sql: "SELECT CAST(v AS DECIMAL(38,18)) AS v FROM VALUES ('12345678901234567890.123456789012345678'), ('-0.000000000000000001'), ('0'), (NULL) AS t(v)",
  },
  {
    name: 'decimal(38,0)',
    sql: "SELECT CAST(v AS DECIMAL(38,0)) AS v FROM VALUES ('99999999999999999999999999999999999999'), ('-99999999999999999999999999999999999999'), (NULL) AS t(v)",
  },
  { name: 'decimal(5,2)', sql: 'SELECT * FROM VALUES (123.45BD), (-0.01BD), (NULL) AS t(v)' },
  {
    name: 'decimal(18,18)',
    sql: "SELECT CAST(v AS DECIMAL(18,18)) AS v FROM VALUES ('0.000000000000000001'), ('-0.5') AS t(v)",
  },
  {
    name: 'string',
    sql: "SELECT * FROM VALUES (''), ('plain'), ('Zürich – 東京 – 🚀'), ('it''s'), ('a\\nb\\tc'), (NULL) AS t(v)",
  },
  { name: 'char and varchar', sql: "SELECT CAST('ab' AS CHAR(4)) AS c, CAST('ab' AS VARCHAR(4)) AS v" },
  { name: 'binary', sql: "SELECT * FROM VALUES (X''), (X'00FF10'), (CAST(NULL AS BINARY)) AS t(v)" },
  {
    name: 'date',
    sql: "SELECT * FROM VALUES (DATE'0001-01-01'), (DATE'1582-10-15'), (DATE'1970-01-01'), (DATE'2024-02-29'), (DATE'9999-12-31'), (NULL) AS t(v)",
  },
  {
    name: 'timestamp with microseconds',
    sql: "SELECT * FROM VALUES (TIMESTAMP'1969-12-31 23:59:59.999999Z'), (TIMESTAMP'2026-11-21 10:11:12.000001Z'), (TIMESTAMP'9999-12-31 23:59:59.999999Z'), (NULL) AS t(v)",
  },
  {
    name: 'timestamp of another zone',
    sql: "SELECT * FROM VALUES (TIMESTAMP'2026-03-29 02:30:00 Europe/Zurich'), (TIMESTAMP'2026-07-01 12:00:00 America/New_York'), (TIMESTAMP'2026-07-01 12:00:00+05:30') AS t(v)",
  },
  {
    name: 'timestamp_ntz',
    sql: "SELECT * FROM VALUES (TIMESTAMP_NTZ'1969-12-31 23:59:59.999999'), (TIMESTAMP_NTZ'2026-03-29 02:30:00.5'), (NULL) AS t(v)",
  },
  {
    name: 'time',
    sql: "SELECT * FROM VALUES (TIME'00:00:00'), (TIME'23:59:59.999999'), (TIME'12:34:56.7'), (TIME'01:02:03'), (NULL) AS t(v)",
    notOn: { 'spark-3.5': TIME_IS_NEW },
  },
  {
    name: 'nested time',
    sql: "SELECT array(TIME'01:02:03', NULL) AS a, named_struct('t', TIME'01:02:03.000001') AS s, map(TIME'04:05:06', 1) AS m",
    notOn: { 'spark-3.5': TIME_IS_NEW },
  },
  {
    name: 'time of few digits',
    sql: "SELECT CAST('12:34:56.789123' AS TIME(3)) AS v",
    notOn: { 'spark-3.5': TIME_IS_NEW, sail: 'sends units of Arrow that PySpark refuses' },
  },
  {
    name: 'interval day to second',
    sql: "SELECT * FROM VALUES (INTERVAL '1 02:03:04.000005' DAY TO SECOND), (INTERVAL '-0 00:00:01' DAY TO SECOND), (INTERVAL '0' SECOND), (NULL) AS t(v)",
  },
  { name: 'null', sql: 'SELECT NULL AS v' },
  { name: 'array', sql: 'SELECT * FROM VALUES (array(1, NULL, 3)), (array()), (NULL) AS t(v)' },
  { name: 'array of arrays', sql: "SELECT array(array('a', NULL), array(), NULL) AS v" },
  { name: 'map', sql: "SELECT * FROM VALUES (map('a', 1, 'b', NULL)), (map()), (NULL) AS t(v)" },
  { name: 'struct', sql: "SELECT named_struct('n', 1, 's', 'x', 'none', CAST(NULL AS DOUBLE)) AS v" },
  {
    name: 'nested',
    sql: "SELECT array(named_struct('id', 1L, 'tags', map('k', array(1.5BD, NULL))), NULL) AS v, map(1, named_struct('at', DATE'2026-01-02')) AS m",
  },
  {
    name: 'nested times',
    sql: "SELECT array(TIMESTAMP'2026-11-21 10:11:12.000001Z') AS a, named_struct('d', INTERVAL '1 02:03:04' DAY TO SECOND) AS s",
  },
  { name: 'no rows', sql: 'SELECT 1 AS a, CAST(NULL AS STRING) AS b, array(1) AS c WHERE false' },
  { name: 'no rows of a command', sql: "SHOW TABLES LIKE 'there_is_none'" },
  { name: 'names that repeat', sql: "SELECT 1 AS a, 2 AS a, 'x' AS `a`, 3 AS `odd name; -- \"`" },
  { name: 'many rows', sql: 'SELECT id, id * 2 AS twice, CAST(id AS STRING) AS text FROM range(0, 25000) ORDER BY id' },
  {
    name: 'nulls in many rows',
    sql: 'SELECT id, IF(id % 3 = 0, NULL, id) AS n, IF(id % 5 = 0, NULL, CAST(id AS STRING)) AS t, IF(id % 7 = 0, NULL, array(id)) AS a FROM range(0, 5000) ORDER BY id',
  },
  {
    name: 'variant',
    sql: 'SELECT parse_json(\'{"a": [1, null, "x"]}\') AS v',
    notOn: { 'spark-3.5': 'VARIANT came with Spark 4.0', sail: 'no VARIANT' },
  },
];
