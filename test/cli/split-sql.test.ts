import { describe, expect, it } from 'vitest';
import type { SqlDialect } from '../../src/contract/capabilities.ts';
import { splitSql } from '../../src/cli/split-sql.ts';

const split = (text: string, dialect: SqlDialect): string[] => splitSql(text, dialect).map((part) => part.text);

const BOTH: readonly (readonly [text: string, statements: readonly string[]])[] = [
  ['SELECT 1', ['SELECT 1']],
  ['SELECT 1;', ['SELECT 1']],
  ['SELECT 1; SELECT 2', ['SELECT 1', 'SELECT 2']],
  [';;SELECT 1;;', ['SELECT 1']],
  ['', []],
  ['  -- nothing\n/* here */ ;', []],
  ["SELECT 'a;b'; SELECT 2", ["SELECT 'a;b'", 'SELECT 2']],
  ["SELECT 'it''s; here'; SELECT 2", ["SELECT 'it''s; here'", 'SELECT 2']],
  ['SELECT 1 -- a; b\n; SELECT 2', ['SELECT 1 -- a; b', 'SELECT 2']],
  ['-- first; comment\nSELECT 1; -- last', ['-- first; comment\nSELECT 1']],
  ['SELECT 1 /* ; /* ; */ ; */; SELECT 2', ['SELECT 1 /* ; /* ; */ ; */', 'SELECT 2']],
  ['SELECT 1 /* ; no end', ['SELECT 1 /* ; no end']],
  ["SELECT 'no end; SELECT 2", ["SELECT 'no end; SELECT 2"]],
  ['SELECT 5 - -1; SELECT a/b', ['SELECT 5 - -1', 'SELECT a/b']],
  ["SELECT '--'; SELECT 2", ["SELECT '--'", 'SELECT 2']],
  ["SELECT '/*'; SELECT '*/'", ["SELECT '/*'", "SELECT '*/'"]],
  ['SELECT 1;\r\nSELECT 2\r\n', ['SELECT 1', 'SELECT 2']],
  ['SELECT "a;b"; SELECT 2', ['SELECT "a;b"', 'SELECT 2']],
];

const SPARK: typeof BOTH = [
  [String.raw`SELECT 'it\'s; x'; SELECT 2`, [String.raw`SELECT 'it\'s; x'`, 'SELECT 2']],
  [String.raw`SELECT "say \"; x"; SELECT 2`, [String.raw`SELECT "say \"; x"`, 'SELECT 2']],
  [String.raw`SELECT r'\'; SELECT 2`, [String.raw`SELECT r'\'`, 'SELECT 2']],
  ['SELECT `a;``b` FROM t; SELECT 2', ['SELECT `a;``b` FROM t', 'SELECT 2']],
  ['BEGIN; SELECT 2', ['BEGIN; SELECT 2']],
  ['BEGIN SELECT 1; SELECT 2; END; SELECT 3', ['BEGIN SELECT 1; SELECT 2; END', 'SELECT 3']],
  ['l: BEGIN SELECT 1; END l; SELECT 3', ['l: BEGIN SELECT 1; END l', 'SELECT 3']],
  [
    'BEGIN IF a > 1 THEN SELECT CASE WHEN a THEN 1 END; ELSE SELECT if(a, 1, 2); END IF; WHILE a DO SET a = 1; END WHILE; END; SELECT 3',
    [
      'BEGIN IF a > 1 THEN SELECT CASE WHEN a THEN 1 END; ELSE SELECT if(a, 1, 2); END IF; WHILE a DO SET a = 1; END WHILE; END',
      'SELECT 3',
    ],
  ],
  ['SELECT begin FROM t; SELECT 2', ['SELECT begin FROM t', 'SELECT 2']],
  ['SELECT CASE WHEN a THEN 1 END; SELECT 2', ['SELECT CASE WHEN a THEN 1 END', 'SELECT 2']],
];

const DUCKDB: typeof BOTH = [
  [String.raw`SELECT '\'; SELECT 2`, [String.raw`SELECT '\'`, 'SELECT 2']],
  [String.raw`SELECT E'it\'s; x'; SELECT 2`, [String.raw`SELECT E'it\'s; x'`, 'SELECT 2']],
  ['SELECT $$a;b$$; SELECT 2', ['SELECT $$a;b$$', 'SELECT 2']],
  ['SELECT $x$a;$$;b$x$; SELECT 2', ['SELECT $x$a;$$;b$x$', 'SELECT 2']],
  ['SELECT "a;""b"; SELECT 2', ['SELECT "a;""b"', 'SELECT 2']],
  ['BEGIN; SELECT 1; COMMIT', ['BEGIN', 'SELECT 1', 'COMMIT']],
];

describe('splitSql', () => {
  it.each([
    ...BOTH.flatMap(([text, statements]) => [
      ['spark', text, statements] as const,
      ['duckdb', text, statements] as const,
    ]),
    ...SPARK.map(([text, statements]) => ['spark', text, statements] as const),
    ...DUCKDB.map(([text, statements]) => ['duckdb', text, statements] as const),
  ])('%s: %j', (dialect, text, statements) => {
    expect(split(text, dialect)).toEqual(statements);
  });

  it('gives the line on which each statement begins', () => {
    const found = splitSql('-- a\n\nSELECT 1;\n\n  SELECT\n2;SELECT 3', 'spark');
    expect(found.map(({ line }) => line)).toEqual([1, 5, 6]);
  });

  it.each([
    ['spark', "SELECT :a, t.b::int, ':c', map(1:x) -- :d", ['a']],
    ['duckdb', "SELECT $a, $$ $b $$, '$c', x::int, $1 -- $d", ['a']],
  ] as const)('%s: finds the parameters of %j', (dialect, text, names) => {
    expect([...(splitSql(text, dialect)[0]?.parameters ?? [])]).toEqual(names);
  });
});
