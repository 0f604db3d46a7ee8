import type { ErrorKind } from '../../src/contract/error-kinds.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { formatDialectHint } from './duckdb/dialect-hint.ts';

/**
 * The kind of each DuckDB error type. An error's message begins with its type ("Binder Error: …").
 * Types that only a bug of DuckDB can cause are `unexpected`.
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
  // Two sessions on one database file wrote the same row, or an earlier error has aborted the open transaction.
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
  // FILE_ERRORS distinguishes missing and forbidden files.
  IO: 'invalid-request',
  INTERRUPT: 'aborted',
  FATAL: 'unexpected',
  INTERNAL: 'unexpected',
  'Invalid Input': 'invalid-request',
  // The statement is valid and the limit is too low, as with any quota.
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

/** DuckDB has one type for all file errors; only the operating system's message differs. */
const FILE_ERRORS: readonly (readonly [message: RegExp, kind: ErrorKind])[] = [
  [
    /No files found that match|No such file or directory|database does not exist|cannot find the (file|path)/i,
    'not-found',
  ],
  [/Permission denied|Access is denied/i, 'forbidden'],
];

/** What was being done when the engine failed. */
export interface FailedWork {
  readonly operation: string;
  /** The statement's text, for a hint when it is Spark SQL. */
  readonly text?: string;
}

/** Converts an error of the engine to a SessionError; its message is kept, with the position that it shows. */
export function toSessionError(error: unknown, { operation, text }: FailedWork): SessionError {
  if (SessionError.is(error)) return error;
  const message = messageOf(error);
  const type = errorType(message);
  if (type === undefined) return new SessionError('unexpected', message, { operation, cause: error });
  const fileError = type === 'IO' ? FILE_ERRORS.find(([pattern]) => pattern.test(message)) : undefined;
  const kind = fileError?.[1] ?? DUCKDB_ERROR_KINDS[type];
  const hint = DIALECT_ERRORS.includes(type) ? formatDialectHint(text) : '';
  return new SessionError(kind, message + advice(kind) + hint, {
    operation,
    native: { code: type },
    cause: error,
    // Waiting does not help: the same statement exceeds the same limit.
    ...(kind === 'quota-exceeded' ? { retry: 'permanent' } : {}),
  });
}

/** Whether an error makes the whole DuckDB instance unusable. */
export function isFatal(error: SessionError): boolean {
  return error.native?.code === ('FATAL' satisfies DuckDbErrorType);
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** An error of `execute`, found here instead of thrown by the engine. */
export function executeError(kind: ErrorKind, message: string): SessionError {
  return new SessionError(kind, message, { operation: 'execute' });
}

function errorType(message: string): DuckDbErrorType | undefined {
  const [, type = ''] = /^([A-Za-z ]+?) Error: /.exec(message) ?? [];
  return Object.hasOwn(DUCKDB_ERROR_KINDS, type) ? (type as DuckDbErrorType) : undefined;
}

function advice(kind: ErrorKind): string {
  if (kind === 'not-found') return `\n\nRelative paths start at the working directory, ${process.cwd()}.`;
  if (kind === 'quota-exceeded') return "\n\nOr raise the environment's option `memoryLimit` and start a new session.";
  return '';
}
