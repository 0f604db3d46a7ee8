import type { SessionError } from '../../../src/contract/session-error.ts';
import type { Parameters, ParameterValue } from '../../../src/contract/statement-runner.ts';
import { executeError } from '../errors.ts';
import type { DuckDbBinding, PreparedStatement } from './binding.ts';

const INT32 = 2 ** 31;
const INT64 = 2n ** 63n;
const INT128 = 2n ** 127n;

/** Binds one value to the parameter of an index, from 1. */
type Bind = (binding: DuckDbBinding, statement: PreparedStatement, index: number) => void;

/**
 * Binds values to a prepared statement: by position for `?` and `$1`, by name for `$name`.
 * @throws SessionError `invalid-request` when values are missing or left over, or a value cannot be bound.
 */
export function bindParameters(
  binding: DuckDbBinding,
  statement: PreparedStatement,
  parameters: Parameters = [],
): void {
  const names = parameterNames(binding, statement);
  const binds = isList(parameters) ? byPosition(parameters, names) : byName(parameters, names);
  for (const [index, bind] of binds.entries()) bind(binding, statement, index + 1);
}

/** DuckDB gives no name to a number that is left out, and cannot bind those after it. */
function parameterNames(binding: DuckDbBinding, statement: PreparedStatement): readonly string[] {
  return Array.from({ length: binding.nparams(statement) }, (_, index) => {
    try {
      return binding.parameter_name(statement, index + 1);
    } catch {
      throw invalid(
        `the statement has no $${index + 1}, but a parameter with a higher number. Number them from $1 without a gap`,
      );
    }
  });
}

function byPosition(values: readonly ParameterValue[], names: readonly string[]): readonly Bind[] {
  if (values.length !== names.length) {
    const missing = names.slice(values.length);
    const which = missing.length === 0 ? '' : `: no value for ${formatNames(missing)}`;
    throw invalid(`the statement has ${formatCount(names)} and ${values.length} values were given${which}`);
  }
  return values.map((value, index) => bindOf(`parameter ${index + 1}`, value));
}

function byName(values: Readonly<Record<string, ParameterValue>>, names: readonly string[]): readonly Bind[] {
  const missing = names.filter((name) => !Object.hasOwn(values, name));
  if (missing.length > 0) throw invalid(`no value was given for ${formatNames(missing)}`);
  const unknown = Object.keys(values).filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw invalid(`the statement has no ${formatNames(unknown)}; it has ${formatCount(names)}`);
  }
  return names.map((name) => bindOf(`$${name}`, values[name]));
}

/** @param label - names the value in a message. */
function bindOf(label: string, value: unknown): Bind {
  if (value === null) return (binding, statement, index) => binding.bind_null(statement, index);
  if (typeof value === 'boolean') return (binding, statement, index) => binding.bind_boolean(statement, index, value);
  if (typeof value === 'string') return (binding, statement, index) => binding.bind_varchar(statement, index, value);
  if (typeof value === 'number') return bindNumber(value);
  if (typeof value === 'bigint') return bindInteger(label, value);
  if (value instanceof Uint8Array) return (binding, statement, index) => binding.bind_blob(statement, index, value);
  if (value instanceof Date) return bindInstant(label, value);
  const constructor = typeof value === 'object' ? (value as { constructor?: { name: string } }).constructor : undefined;
  const type = constructor?.name ?? typeof value;
  throw invalid(`${label} has the type ${type}. Use null, a boolean, number, bigint, string, Date or Uint8Array`);
}

/** A whole number is bound as an integer, so that LIMIT accepts it and comparisons do not round. */
function bindNumber(value: number): Bind {
  return (binding, statement, index) => {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) binding.bind_double(statement, index, value);
    else if (value >= -INT32 && value < INT32) binding.bind_int32(statement, index, value);
    else binding.bind_int64(statement, index, BigInt(value));
  };
}

function bindInteger(label: string, value: bigint): Bind {
  return (binding, statement, index) => {
    if (value >= -INT64 && value < INT64) binding.bind_int64(statement, index, value);
    else if (value >= -INT128 && value < INT128) binding.bind_hugeint(statement, index, value);
    else if (value > 0n && value < 2n * INT128) binding.bind_uhugeint(statement, index, value);
    else throw invalid(`${label} needs more than 128 bits. Bind it as a string and cast it in the statement`);
  };
}

/** A Date is an instant. The session's time zone is UTC, so comparing it with a TIMESTAMP compares the time in UTC. */
function bindInstant(label: string, value: Date): Bind {
  const ms = value.getTime();
  if (Number.isNaN(ms)) throw invalid(`${label} is an invalid Date`);
  return (binding, statement, index) => {
    binding.bind_timestamp_tz(statement, index, { micros: BigInt(ms) * 1000n });
  };
}

function isList(parameters: Parameters): parameters is readonly ParameterValue[] {
  return Array.isArray(parameters);
}

function formatCount(names: readonly string[]): string {
  return names.length === 0 ? 'no parameters' : `${names.length} parameters (${formatNames(names)})`;
}

function formatNames(names: readonly string[]): string {
  return names.map((name) => `$${name}`).join(', ');
}

function invalid(message: string): SessionError {
  return executeError('invalid-request', message);
}
