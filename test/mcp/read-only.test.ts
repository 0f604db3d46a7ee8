import { describe, expect, it } from 'vitest';
import type { SqlDialect } from '../../src/contract/capabilities.ts';
import { assertReadOnly } from '../../src/mcp/read-only.ts';
import { cpuMs } from '../cpu-time.ts';

const BOTH: readonly SqlDialect[] = ['spark', 'duckdb'];

describe.each(BOTH)('read-only statements of %s', (dialect) => {
  it.each([
    'SELECT 1',
    ' \n\tselect 1 ; \n;',
    '-- a comment\n/* another */ SELECT 1',
    '-- the last line has no break\r\nSELECT 1',
    `SELECT 'insert' AS word, updated_at, "delete" FROM t`,
    'WITH a AS (SELECT inserted_at FROM t) SELECT * FROM a JOIN b USING (id)',
    'VALUES (1), (2)',
    'SHOW CREATE TABLE t',
    'DESCRIBE TABLE EXTENDED t',
    'DESC t',
    'SELECT identifier, my_identifier(a) FROM t WHERE identifier IN (1)',
    'EXPLAIN SELECT 1',
    'EXPLAIN ANALYZE WITH a AS (SELECT 1) SELECT * FROM a',
    'EXPLAIN (ANALYZE, FORMAT json) SELECT 1',
  ])('take %j', (sql) => {
    expect(() => assertReadOnly(sql, dialect)).not.toThrow();
  });

  it.each([
    ['INSERT INTO t VALUES (1)', 'begins with INSERT'],
    ['insert into t values (1)', 'begins with INSERT'],
    ['CREATE TABLE t AS SELECT 1', 'begins with CREATE'],
    ['DROP TABLE t', 'begins with DROP'],
    ['SET a = 1', 'begins with SET'],
    ['FROM t INSERT INTO u SELECT *', 'begins with FROM'],
    ['(SELECT 1)', 'does not begin with a keyword'],
    ['', 'does not begin with a keyword'],
    ['42', 'does not begin with a keyword'],
    ['SELECTx', 'begins with SELECTX'],
    ['SELECT_1', 'begins with SELECT.'],
    ['BEGIN SELECT 1; END', 'semicolon'],
    ['SELECT 1; DROP TABLE t', 'semicolon'],
    [`SELECT ';'`, 'semicolon'],
    ['WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a', 'WITH and contains INSERT'],
    ['WITH a AS (SELECT 1)INSERT INTO t SELECT * FROM a', 'WITH and contains INSERT'],
    ['WITH a AS (SELECT 1) FROM a INSERT INTO t SELECT *', 'WITH and contains INSERT'],
    ['WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a', 'WITH and contains DELETE'],
    ['WITH a AS (SELECT 1) MERGE INTO t USING a ON true WHEN MATCHED THEN DELETE', 'contains MERGE'],
    ['EXPLAIN ANALYZE INSERT INTO t VALUES (1)', 'contains INSERT'],
    ['EXPLAIN ANALYZE CREATE TABLE t AS SELECT 1', 'EXPLAIN of anything but a query'],
    ['EXPLAIN (ANALYZE) COPY t TO "f"', 'EXPLAIN of anything but a query'],
    ['EXPLAIN /* */ SELECT 1', 'EXPLAIN of anything but a query'],
  ])('refuse %j', (sql, why) => {
    expect(() => assertReadOnly(sql, dialect)).toThrow(why);
  });

  it.each([
    ['a comment that ends at a carriage return', '-- x\rINSERT INTO t VALUES (1)\nSELECT 1'],
    ['a comment that a backslash continues', '-- x \\\nSELECT 1\nINSERT INTO t VALUES (1)'],
    ['a quote in a continued comment', "WITH a AS (SELECT 1) -- \\\n'\nINSERT INTO t SELECT * FROM a -- '"],
    ['a comment in a comment', '/* /* */ SELECT 1 */ INSERT INTO t VALUES (1)'],
    ['a text with a backslash', `WITH a AS (SELECT '\\') INSERT INTO t SELECT ' FROM a`],
    ['a dotless i, which is an I for the parser of Spark', 'WITH a AS (SELECT 1) ınsert INTO t SELECT * FROM a'],
    ['a long s', 'WITH a AS (SELECT 1) inſert INTO t SELECT * FROM a'],
    ['a comment without an end', '/* SELECT 1'],
  ])('are not misled by %s', (_what, sql) => {
    expect(() => assertReadOnly(sql, dialect)).toThrow();
  });

  it('are checked in linear time', () => {
    const startedMs = cpuMs();
    for (const part of ['/*', '--\n', ' ', '/* */', '(', 'EXPLAIN ', 'ANALYZE ', '\\']) {
      try {
        assertReadOnly(part.repeat(100_000 / part.length), dialect);
        assertReadOnly(`EXPLAIN ${part.repeat(100_000 / part.length)}`, dialect);
      } catch {
        // Both outcomes are fine.
      }
    }
    expect(cpuMs() - startedMs).toBeLessThan(2_000);
  });
});

describe('read-only statements of Spark', () => {
  it.each([
    [`SELECT TRANSFORM (a) USING 'cat' AS (b) FROM t`, 'USING'],
    [`SELECT * FROM (MAP a USING/**/'cat' AS b FROM t)`, 'USING'],
    [`SELECT reflect('java.lang.System', 'exit', 1)`, 'reflect'],
    ["SELECT `try_reflect`('java.lang.System', 'exit', 1)", 'reflect'],
    [`SELECT java_method('java.lang.System', 'exit', 1)`, 'reflect'],
    [`SELECT IDENTIFIER('ref' || 'lect')('java.lang.System', 'exit', 1)`, 'identifier'],
    ['SELECT identifier /* */ (:name)(:class, :method)', 'identifier'],
    [`SELECT identifier--\n('reflec' 't')(:class, :method)`, 'identifier'],
    ["SELECT '${env:HOME}'", '${'],
  ])('refuse %j, which DuckDB does not have', (sql, why) => {
    expect(() => assertReadOnly(sql, 'spark')).toThrow(why);
    expect(() => assertReadOnly(sql, 'duckdb')).not.toThrow();
  });
});
