import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { DUCKDB_ERROR_KINDS, type DuckDbErrorType, isFatal, toSessionError } from '../../../providers/local/errors.ts';
import { SessionError } from '../../../src/contract/session-error.ts';

const require = createRequire(import.meta.url);

/** DuckDB's own table of error types, read out of the library: one byte of number and 48 of name for each. */
function typesInLibrary(): string[] {
  const bindings = createRequire(require.resolve('@duckdb/node-api')).resolve('@duckdb/node-bindings');
  const library = createRequire(bindings).resolve('@duckdb/node-bindings-linux-x64/libduckdb.so');
  const bytes = readFileSync(library);
  const recordBytes = 49;
  const second = bytes.indexOf('\x01Out of Range\0', 0, 'latin1');
  const names: string[] = [];
  for (let at = second - recordBytes; ; at += recordBytes) {
    const record = bytes.subarray(at, at + recordBytes).toString('latin1');
    const [, name] = /^[\0-\x3f]([A-Za-z ]{2,40})\0+$/.exec(record) ?? [];
    if (name === undefined) return names;
    names.push(name);
  }
}

describe("DuckDB's errors", () => {
  // The file name and layout are those of Linux; the types are the same on all systems.
  it.runIf(process.platform === 'linux' && process.arch === 'x64')('cover each type of the library', () => {
    expect(typesInLibrary().sort()).toEqual(Object.keys(DUCKDB_ERROR_KINDS).sort());
  });

  it.each(Object.entries(DUCKDB_ERROR_KINDS))('%s Error is %s', (type, kind) => {
    const cause = new Error(`${type} Error: it is so\n\nLINE 1: SELECT`);
    const error = toSessionError(cause, { operation: 'execute' });
    expect(error).toMatchObject({ kind, operation: 'execute', native: { code: type }, cause });
    expect(error.message.startsWith(`${type} Error: it is so\n\nLINE 1: SELECT`)).toBe(true);
    expect(isFatal(error)).toBe(type === ('FATAL' satisfies DuckDbErrorType));
  });

  it.each([
    ['IO Error: No files found that match the pattern "x"', 'not-found'],
    ['IO Error: Cannot open file "/x/y": No such file or directory', 'not-found'],
    ['IO Error: Cannot open database "/x" in read-only mode: database does not exist', 'not-found'],
    ['IO Error: Cannot open file "C:\\x": The system cannot find the path specified.', 'not-found'],
    ['IO Error: Cannot open file "/root/x": Permission denied', 'forbidden'],
    ['IO Error: Could not set lock on file', 'invalid-request'],
    ["Parser Error: a text that says 'No such file or directory'", 'invalid-request'],
  ])('%s is %s', (message, kind) => {
    expect(toSessionError(new Error(message), { operation: 'execute' }).kind).toBe(kind);
  });

  it.each(['Failed to prepare', 'Unheard-of Error: what', '', 'toString Error: x'])(
    '%j is `unexpected`, with its message',
    (message) => {
      const error = toSessionError(new Error(message), { operation: 'execute' });
      expect(error).toMatchObject({ kind: 'unexpected', message, native: undefined });
    },
  );

  it('stay as they are when they are SessionErrors, and are converted when they are not errors', () => {
    const own = new SessionError('conflict', 'mine', { operation: 'execute' });
    expect(toSessionError(own, { operation: 'start' })).toBe(own);
    expect(toSessionError('thrown text', { operation: 'start' })).toMatchObject({
      message: 'thrown text',
    });
  });

  it('say where relative paths start, and which limit to raise', () => {
    const messageOf = (message: string): string => toSessionError(new Error(message), { operation: 'execute' }).message;
    expect(messageOf('IO Error: No files found that match')).toContain(`working directory, ${process.cwd()}.`);
    expect(messageOf('Out of Memory Error: full')).toContain('option `memoryLimit`');
  });
});

describe('a statement of another dialect', () => {
  const hint = (type: DuckDbErrorType, text: string): string | undefined =>
    toSessionError(new Error(`${type} Error: no`), { operation: 'execute', text }).message.split('\n\n')[1];

  it.each([
    ['SELECT `a b` FROM t', 'names in backticks'],
    ['SELECT explode(items)', 'explode()'],
    ['SELECT Named_Struct("a", 1)', 'named_struct()'],
    ["SELECT date_format (d, 'y')", 'date_format()'],
    ['SELECT nvl(a, b)', 'nvl()'],
    ['FROM t LATERAL  VIEW outer x', 'LATERAL VIEW'],
    ['INSERT OVERWRITE t SELECT 1', 'INSERT OVERWRITE'],
    ['CREATE TABLE t USING  parquet AS SELECT 1', 'USING PARQUET'],
    ['CACHE TABLE t', 'CACHE TABLE'],
    ["SELECT a RLIKE 'x'", 'RLIKE'],
    ['SELECT a <=> b', '<=>'],
    ['SELECT 5 div 2', 'div'],
    ["SELECT TIMESTAMP_NTZ '2026-01-01'", 'TIMESTAMP_NTZ'],
  ])('%s gets a hint', (text, name) => {
    expect(hint('Parser', text)).toBe(
      `This looks like Spark SQL (${name}), and this session runs DuckDB SQL. For Spark SQL, set \`engine: sail\` in the environment and run \`anysession engines install sail\`.`,
    );
  });

  it.each<[DuckDbErrorType, string]>([
    ['Parser', 'SELEC 1'],
    ['Catalog', 'SELECT exploded FROM divisions'],
    ['Conversion', "SELECT explode('x')"],
  ])('a %s error of %j gets none', (type, text) => {
    expect(hint(type, text)).toBeUndefined();
  });
});
