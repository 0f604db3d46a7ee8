import { SessionError } from '../../../src/contract/session-error.ts';
import type { Parameters, ParameterValue } from '../../../src/contract/statement-runner.ts';
import type { DuckDbBinding, PreparedStatement } from './binding.ts';

const INT32 = 2 ** 31;
const INT64 = 2n ** 63n;
const INT128 = 2n ** 127n;

/**
 * Binds the values to a prepared statement: by position for `?` and `$1`, by name for `$name`.
 * @throws SessionError `invalid-request` when values are missing or left over, or one of them cannot be bound.
 */
export function bindParameters(
  binding: DuckDbBinding,
  statement: PreparedStatement,
  parameters: Parameters = [],
): void {
  const count = binding.nparams(statement);
  const names = Array.from({ length: count }, (_, index) => binding.parameter_name(statement, index + 1));
  const values: readonly (readonly [label: string, value: unknown])[] = isList(parameters)
    ? byPosition(parameters, names)
    : byName(parameters, names);
  values.forEach(([label, value], index) => {
    bindValue(binding, { statement, index: index + 1, label, value: value as ParameterValue });
  });
}

function byPosition(
  values: readonly ParameterValue[],
  names: readonly string[],
): (readonly [string, ParameterValue])[] {
  if (values.length !== names.length) {
    throw refusal(`the statement has ${formatCount(names)} and ${values.length} values were given`);
  }
  return values.map((value, index) => [`parameter ${index + 1}`, value]);
}

function byName(
  values: Readonly<Record<string, ParameterValue>>,
  names: readonly string[],
): (readonly [string, unknown])[] {
  const missing = names.filter((name) => !Object.hasOwn(values, name));
  if (missing.length > 0) {
    throw refusal(`no value was given for ${missing.map((name) => `$${name}`).join(', ')}`);
  }
  const unknown = Object.keys(values).filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw refusal(`the statement has no ${unknown.map((name) => `$${name}`).join(', ')}; it has ${formatCount(names)}`);
  }
  return names.map((name) => [`$${name}`, values[name]]);
}

function formatCount(names: readonly string[]): string {
  if (names.length === 0) return 'no parameters';
  return `${names.length} parameters (${names.map((name) => `$${name}`).join(', ')})`;
}

interface BoundValue {
  readonly statement: PreparedStatement;
  /** From 1. */
  readonly index: number;
  /** How the value is called in a message. */
  readonly label: string;
  readonly value: ParameterValue;
}

function bindValue(binding: DuckDbBinding, { statement, index, label, value }: BoundValue): void {
  if (value === null) binding.bind_null(statement, index);
  else if (typeof value === 'boolean') binding.bind_boolean(statement, index, value);
  else if (typeof value === 'string') binding.bind_varchar(statement, index, value);
  else if (typeof value === 'number') bindNumber(binding, { statement, index, value });
  else if (typeof value === 'bigint') bindInteger(binding, { statement, index, label, value });
  else if (value instanceof Uint8Array) binding.bind_blob(statement, index, value);
  else if (value instanceof Date) bindInstant(binding, { statement, index, label, value });
  else
    throw refusal(
      `${label} is ${formatType(value)}; it can be null, a boolean, number, bigint, text, Date or Uint8Array`,
    );
}

/** A whole number is bound as an integer, so that it can stand in LIMIT and be compared without rounding. */
function bindNumber(
  binding: DuckDbBinding,
  bound: { statement: PreparedStatement; index: number; value: number },
): void {
  const { statement, index, value } = bound;
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) binding.bind_double(statement, index, value);
  else if (value >= -INT32 && value < INT32) binding.bind_int32(statement, index, value);
  else binding.bind_int64(statement, index, BigInt(value));
}

function bindInteger(binding: DuckDbBinding, bound: BoundValue & { readonly value: bigint }): void {
  const { statement, index, label, value } = bound;
  if (value >= -INT64 && value < INT64) binding.bind_int64(statement, index, value);
  else if (value >= -INT128 && value < INT128) binding.bind_hugeint(statement, index, value);
  else if (value > 0n && value < 2n * INT128) binding.bind_uhugeint(statement, index, value);
  else throw refusal(`${label} does not fit into 128 bits; bind it as text and cast it in the statement`);
}

/** A Date is an instant. The session's time zone is UTC, so comparing it with a TIMESTAMP means that time in UTC. */
function bindInstant(binding: DuckDbBinding, bound: BoundValue & { readonly value: Date }): void {
  const { statement, index, label, value } = bound;
  const ms = value.getTime();
  if (Number.isNaN(ms)) throw refusal(`${label} is an invalid Date`);
  binding.bind_timestamp_tz(statement, index, { micros: BigInt(ms) * 1000n });
}

function isList(parameters: Parameters): parameters is readonly ParameterValue[] {
  return Array.isArray(parameters);
}

function formatType(value: unknown): string {
  if (value === undefined) return 'undefined';
  return typeof value === 'object' ? `a ${value?.constructor.name ?? 'object'}` : `a ${typeof value}`;
}

function refusal(message: string): SessionError {
  return new SessionError('invalid-request', message, { operation: 'execute' });
}
