import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { SessionError } from '../contract/session-error.ts';
import type { Parameters, ParameterValue } from '../contract/statement-runner.ts';
import { LiteralSchema, PlanSchema, type Literal, type Plan } from './wire/spark-connect_pb.ts';

/** The most digits of a Spark decimal. @see https://spark.apache.org/docs/latest/sql-ref-datatypes.html (read 2026-11-21) */
const DECIMAL_DIGITS = 38;

/**
 * The plan that runs a text as SQL with bound parameters. It holds them twice: in the fields that Spark 3.5 reads, and in
 * the relation that 4.0 and later prefer.
 * @throws SessionError `invalid-request` for an integer that no Spark type can hold.
 */
export function toSqlPlan(text: string, parameters: Parameters = []): Plan {
  const { positional, named } = toLiterals(parameters);
  const expressions = positional.map(toExpression);
  const namedExpressions = Object.fromEntries(
    Object.entries(named).map(([name, value]) => [name, toExpression(value)]),
  );
  const sql = { query: text, posArguments: expressions, namedArguments: namedExpressions };
  const input = { relType: { case: 'sql' as const, value: sql } };
  const sqlCommand = { sql: text, args: named, posArgs: positional, input };
  const commandType = { case: 'sqlCommand' as const, value: sqlCommand };
  return create(PlanSchema, { opType: { case: 'command', value: { commandType } } });
}

function toExpression(literal: Literal): { exprType: { case: 'literal'; value: Literal } } {
  return { exprType: { case: 'literal', value: literal } };
}

function toLiterals(parameters: Parameters): { positional: Literal[]; named: Record<string, Literal> } {
  if (Array.isArray(parameters)) {
    const values: readonly ParameterValue[] = parameters;
    return { positional: values.map((value, at) => toLiteral(value, `parameter ${at + 1}`)), named: {} };
  }
  const named = Object.entries(parameters as Readonly<Record<string, ParameterValue>>);
  return {
    positional: [],
    named: Object.fromEntries(named.map(([name, value]) => [name, toLiteral(value, `parameter '${name}'`)])),
  };
}

/** A value as a typed literal. `which` names it in an error. @throws SessionError `invalid-request` */
export function toLiteral(value: ParameterValue, which: string): Literal {
  return create(LiteralSchema, { literalType: literalType(value, which) });
}

function literalType(value: ParameterValue, which: string): Literal['literalType'] {
  if (value === null) return literal({ case: 'null', value: { kind: { case: 'null', value: {} } } });
  if (value instanceof Uint8Array) return { case: 'binary', value };
  if (value instanceof Date) return { case: 'timestamp', value: BigInt(value.getTime()) * 1000n };
  switch (typeof value) {
    case 'boolean':
      return { case: 'boolean', value };
    case 'number':
      return numberType(value);
    case 'bigint':
      return integerType(value, which);
    default:
      return { case: 'string', value };
  }
}

function numberType(value: number): Literal['literalType'] {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) return { case: 'double', value };
  return value === (value | 0) ? { case: 'integer', value } : { case: 'long', value: BigInt(value) };
}

function integerType(value: bigint, which: string): Literal['literalType'] {
  if (BigInt.asIntN(64, value) === value) return { case: 'long', value };
  const digits = String(value < 0n ? -value : value).length;
  if (digits > DECIMAL_DIGITS) {
    const message = `${which} has ${digits} digits, and a Spark decimal at most ${DECIMAL_DIGITS}. Pass it as text and CAST it.`;
    throw new SessionError('invalid-request', message, { operation: 'execute' });
  }
  return literal({ case: 'decimal', value: { value: String(value), precision: digits, scale: 0 } });
}

function literal(
  literalType: NonNullable<MessageInitShape<typeof LiteralSchema>['literalType']>,
): Literal['literalType'] {
  return create(LiteralSchema, { literalType }).literalType;
}
