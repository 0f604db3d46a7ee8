import type { ErrorKind } from '../../src/contract/error-kinds.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { formatDialectHint } from './duckdb/dialect-hint.ts';

/**
 * What each of DuckDB's error types means, total: an error's text begins with its type ("Binder Error: …").
 * Types that only a bug of the engine gives are `unexpected`.
 * @see https://github.com/duckdb/duckdb/blob/main/src/common/exception.cpp (read 2026-11-20)
 */
export const DUCKDB_ERROR_KINDS = Object.freeze({
  Invalid: 'invalid-request',
  'Out of Range': 'invalid-request',
  Conversion: 'invalid-request',
  'Unknown Type': 'invalid-request',
  Decimal: 'invalid-request',
  'Mismatch Type': 'invalid-request',
  'Divide by Zero': 'invalid-request',
  'Object Size': 'invalid-request',
  'Invalid type': 'invalid-request',
  Serialization: 'invalid-request',
  // Two sessions on one database file wrote the same row, or a transaction stands open that was refused before.
  TransactionContext: 'conflict',
  'Not implemented': 'invalid-request',
  Expression: 'invalid-request',
  Catalog: 'invalid-request',
  Parser: 'invalid-request',
  Binder: 'invalid-request',
  Planner: 'unexpected',
  Scheduler: 'unexpected',
  Executor: 'unexpected',
  Constraint: 'invalid-request',
  Index: 'unexpected',
  Stat: 'unexpected',
  Connection: 'unexpected',
  Syntax: 'invalid-request',
  Settings: 'invalid-request',
  Optimizer: 'unexpected',
  NullPointer: 'unexpected',
  // A missing file and a forbidden one are told apart by FILE_TROUBLES.
  IO: 'invalid-request',
  INTERRUPT: 'aborted',
  FATAL: 'unexpected',
  INTERNAL: 'unexpected',
  'Invalid Input': 'invalid-request',
  // The statement is fine and the room is not enough: it is the limit that has to move, as with any quota.
  'Out of Memory': 'quota-exceeded',
  Permission: 'forbidden',
  'Parameter Not Resolved': 'invalid-request',
  'Parameter Not Allowed': 'invalid-request',
  Dependency: 'invalid-request',
  'Missing Extension': 'invalid-request',
  HTTP: 'unavailable',
  'Extension Autoloading': 'invalid-request',
  Sequence: 'invalid-request',
  'Invalid Configuration': 'invalid-request',
} as const satisfies Record<string, ErrorKind>);

/** The name of one of DuckDB's error types. */
export type DuckDbErrorType = keyof typeof DUCKDB_ERROR_KINDS;

/** The errors of a statement in another dialect: it does not parse, or names what does not exist. */
const DIALECT_ERRORS: readonly DuckDbErrorType[] = ['Parser', 'Catalog', 'Binder', 'Syntax'];

/** DuckDB gives all trouble with files one type; which trouble it is stands only in the operating system's words. */
const FILE_TROUBLES: readonly (readonly [words: RegExp, kind: ErrorKind])[] = [
  [
    /No files found that match|No such file or directory|database does not exist|cannot find the (file|path)/i,
    'not-found',
  ],
  [/Permission denied|Access is denied/i, 'forbidden'],
];

/** What was being done when the engine failed. */
export interface FailedWork {
  readonly operation: string;
  /** The statement's text, for a hint where it is of another dialect. */
  readonly text?: string;
}

/** Turns whatever the engine threw into a SessionError; the engine's own words stay, with the position they show. */
export function toSessionError(error: unknown, { operation, text }: FailedWork): SessionError {
  if (SessionError.is(error)) return error;
  const words = error instanceof Error ? error.message : String(error);
  const type = errorType(words);
  if (type === undefined) return new SessionError('unexpected', words, { operation, cause: error });
  const kind = (type === 'IO' ? fileTrouble(words) : undefined) ?? DUCKDB_ERROR_KINDS[type];
  const hint = DIALECT_ERRORS.includes(type) ? formatDialectHint(text) : '';
  return new SessionError(kind, words + advice(kind) + hint, {
    operation,
    native: { code: type },
    cause: error,
    // Waiting does not help: the same statement meets the same limit.
    ...(kind === 'quota-exceeded' ? { retry: 'permanent' } : {}),
  });
}

/** Tells whether an error says that the whole instance is beyond use. */
export function isFatal(error: SessionError): boolean {
  return error.native?.code === ('FATAL' satisfies DuckDbErrorType);
}

function errorType(words: string): DuckDbErrorType | undefined {
  const [, type = ''] = /^([A-Za-z ]+?) Error: /.exec(words) ?? [];
  return Object.hasOwn(DUCKDB_ERROR_KINDS, type) ? (type as DuckDbErrorType) : undefined;
}

function fileTrouble(words: string): ErrorKind | undefined {
  return FILE_TROUBLES.find(([pattern]) => pattern.test(words))?.[1];
}

function advice(kind: ErrorKind): string {
  if (kind === 'not-found') return `\n\nPaths are read from the working directory, ${process.cwd()}.`;
  if (kind === 'quota-exceeded') return "\n\nOr raise the environment's option `memoryLimit` and start a new session.";
  return '';
}
