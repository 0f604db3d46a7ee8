import { types } from 'node:util';
import { SessionError } from '../contract/session-error.ts';
import { assertSendable } from '../provider-kit/sendable-input.ts';
import type { ParameterValue, Parameters } from '../contract/statement-runner.ts';

/** Options of one statement. */
export interface StatementOptions {
  /** Values for `?` by position, or for `$name` (DuckDB) and `:name` (Spark) by name. They are bound, never spliced into the text. */
  readonly parameters?: Parameters | undefined;
  /** Cancels the statement when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** Limits the time to wait for the session, run and read the result, milliseconds, more than 0; no limit by default. */
  readonly timeoutMs?: number | undefined;
  /** The statement fails when its result has more rows, 1 or more; no limit by default. */
  readonly maxRows?: number | undefined;
  /** The statement fails when the columns of its result have more bytes, 1 or more; no limit by default. */
  readonly maxResultBytes?: number | undefined;
}

/** The checked options, which the caller can no longer change. */
export interface StatementConfig {
  readonly parameters: Parameters | undefined;
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number | undefined;
  readonly maxRows: number;
  readonly maxResultBytes: number;
}

const OPTION_NAMES = ['parameters', 'signal', 'timeoutMs', 'maxRows', 'maxResultBytes'];

/** @throws SessionError `invalid-request` for an empty string, one with a NUL, or another value. */
export function assertStatementText(text: unknown): asserts text is string {
  if (typeof text !== 'string') throw refusal(`A statement is a string; got ${describe(text)}.`);
  if (text.trim() === '') throw refusal('The statement is empty. Pass one SQL command.');
  assertSendable('execute', text, 'The statement');
}

/**
 * Checks the caller's options before any I/O.
 * @throws SessionError `invalid-request` that names the option or the parameter and what it must be.
 */
export function parseStatementOptions(options: unknown): StatementConfig {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw refusal(`Statement options are an object { ${OPTION_NAMES.join(', ')} }; got ${describe(options)}.`);
  }
  const unknown = Object.keys(options).find((name) => !OPTION_NAMES.includes(name));
  if (unknown !== undefined) {
    throw refusal(`Unknown statement option '${unknown}'. The options are ${OPTION_NAMES.join(', ')}.`);
  }
  const { parameters, signal, timeoutMs, maxRows, maxResultBytes } = options as Readonly<Record<string, unknown>>;
  if (signal !== undefined && !isAbortSignal(signal)) {
    throw refusal(`signal must be an AbortSignal; got ${describe(signal)}.`);
  }
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs > 0 && Number.isFinite(timeoutMs))) {
    throw refusal(`timeoutMs must be a number of milliseconds greater than 0; got ${describe(timeoutMs)}.`);
  }
  return {
    parameters: parseParameters(parameters),
    signal,
    timeoutMs,
    maxRows: parseLimit('maxRows', maxRows),
    maxResultBytes: parseLimit('maxResultBytes', maxResultBytes),
  };
}

function parseLimit(name: string, limit: unknown): number {
  if (limit === undefined) return Number.POSITIVE_INFINITY;
  if (typeof limit === 'number' && Number.isSafeInteger(limit) && limit > 0) return limit;
  throw refusal(`${name} must be a whole number, 1 or more; got ${describe(limit)}.`);
}

function parseParameters(parameters: unknown): Parameters | undefined {
  if (parameters === undefined) return undefined;
  assertSendable('execute', parameters, 'parameters');
  if (Array.isArray(parameters)) {
    // `Array.from` makes the holes of a sparse array visible.
    return Array.from(parameters, (value: unknown, at) =>
      toOwnParameter(value, `Parameter ${at + 1} of ${parameters.length}`),
    );
  }
  if (!isPlainObject(parameters)) {
    throw refusal(`Parameters are an array, or a plain object of names and values; got ${describe(parameters)}.`);
  }
  const named = Object.entries(parameters).map(
    ([name, value]) => [name, toOwnParameter(value, `Parameter '${name}'`)] as const,
  );
  return Object.fromEntries(named);
}

/** A copy: the caller may change bytes and dates while the statement waits, and those of another realm fail `instanceof`. */
function toOwnParameter(value: unknown, which: string): ParameterValue {
  assertParameter(value, which);
  if (types.isUint8Array(value)) return new Uint8Array(value);
  if (types.isDate(value)) return new Date(value.getTime());
  return value;
}

function assertParameter(value: unknown, which: string): asserts value is ParameterValue {
  if (value === null || types.isUint8Array(value) || SIMPLE_TYPES.includes(typeof value)) return;
  if (types.isDate(value)) {
    if (Number.isNaN(value.getTime())) throw refusal(`${which} is an invalid Date.`);
    return;
  }
  const advice = value === undefined ? ' Pass null for SQL NULL.' : '';
  throw refusal(
    `${which} is ${describe(value)}. Pass null, a boolean, number, bigint, string, Uint8Array or Date.${advice}`,
  );
}

const SIMPLE_TYPES = ['boolean', 'number', 'bigint', 'string'];

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Not compared with `Object.prototype`: test runners pass objects of another realm.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isAbortSignal(value: unknown): value is AbortSignal {
  return typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value;
}

/** Describes a wrong value without its content, which may be a secret. */
function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  const { constructor } = value;
  return typeof constructor === 'function' && constructor !== Object ? `an object of ${constructor.name}` : 'an object';
}

function refusal(message: string): SessionError {
  return new SessionError('invalid-request', message, { operation: 'execute' });
}
