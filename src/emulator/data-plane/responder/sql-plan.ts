import type * as duckdbModule from '@duckdb/node-api';
import type { DuckDBPreparedStatement } from '@duckdb/node-api';
import { RpcStatus } from '../../grpc-status.ts';
import { encodeMessage, type WireMessage } from '../wire-message.ts';
import type { ResponderVersion } from '../connect-engine.ts';

export type DuckDb = typeof duckdbModule;

/** Binds a value that came with a statement to the parameter at `index`. */
export type BindValue = (statement: DuckDBPreparedStatement, index: number, duckdb: DuckDb) => void;

export interface BoundSql {
  readonly text: string;
  readonly positional: readonly BindValue[];
  readonly named: Readonly<Record<string, BindValue>>;
}

export type SqlPlan =
  /** Runs if it is a command; otherwise the answer is `relation`. */
  | { readonly kind: 'command'; readonly sql: BoundSql; readonly relation: Uint8Array }
  | { readonly kind: 'query'; readonly sql: BoundSql }
  /** Rows that the caller has sent. */
  | { readonly kind: 'rows'; readonly stream: Uint8Array };

const PLAN = { root: 1, command: 2 } as const;
const COMMAND = { sqlCommand: 5 } as const;
const SQL_COMMAND = { sql: 1, args: 2, posArgs: 3, namedArguments: 4, posArguments: 5, input: 6 } as const;
const RELATION = { sql: 10, localRelation: 11 } as const;
const SQL = { query: 1, args: 2, posArgs: 3, namedArguments: 4, posArguments: 5 } as const;
const EXPRESSION_LITERAL = 1;

/** @throws RpcStatus when the plan is not SQL. */
export function readPlan(plan: WireMessage | undefined, version: ResponderVersion): SqlPlan {
  const command = plan?.message(PLAN.command)?.message(COMMAND.sqlCommand);
  if (command !== undefined) return readCommand(command, version);
  const relation = plan?.message(PLAN.root);
  const query = relation?.message(RELATION.sql);
  if (query !== undefined) return { kind: 'query', sql: readSql(query, version) };
  const stream = relation?.message(RELATION.localRelation)?.bytes(1);
  if (stream !== undefined) return { kind: 'rows', stream };
  throw new RpcStatus(
    'UNIMPLEMENTED',
    'This substitute for Spark runs only the text of SQL statements. Start the emulator with another engine for more.',
  );
}

/** Spark 4.0 prefers the relation; 3.5 does not have it. */
function readCommand(command: WireMessage, version: ResponderVersion): SqlPlan {
  const input = version === '3.5' ? undefined : command.bytes(SQL_COMMAND.input);
  const query = command.message(SQL_COMMAND.input)?.message(RELATION.sql);
  if (input !== undefined && query !== undefined) {
    return { kind: 'command', sql: readSql(query, version), relation: input };
  }
  const sql = readSql(command, version);
  const relation = encodeMessage({
    [RELATION.sql]: encodeMessage({
      [SQL.query]: command.text(SQL_COMMAND.sql),
      [SQL.args]: command.texts(SQL_COMMAND.args),
      [SQL.posArgs]: command.texts(SQL_COMMAND.posArgs),
      ...(version !== '3.5' && {
        [SQL.namedArguments]: command.texts(SQL_COMMAND.namedArguments),
        [SQL.posArguments]: command.texts(SQL_COMMAND.posArguments),
      }),
    }),
  });
  return { kind: 'command', sql, relation };
}

/** The first five fields of a command and a relation are the same; the last two of them are new in Spark 4.0. */
function readSql(sql: WireMessage, version: ResponderVersion): BoundSql {
  const isNew = version !== '3.5' && (sql.has(SQL.namedArguments) || sql.has(SQL.posArguments));
  const valueOf = (message: WireMessage | undefined): BindValue =>
    readLiteral(isNew ? message?.message(EXPRESSION_LITERAL) : message);
  const named = sql.messages(isNew ? SQL.namedArguments : SQL.args);
  const positional = sql.messages(isNew ? SQL.posArguments : SQL.posArgs);
  return {
    text: sql.text(SQL.query),
    positional: positional.map(valueOf),
    named: Object.fromEntries(named.map((entry) => [entry.text(1), valueOf(entry.message(2))])),
  };
}

/** The fields of a literal's kinds that SQL parameters use. */
const KIND = {
  null: 1,
  binary: 2,
  boolean: 3,
  byte: 4,
  short: 5,
  integer: 6,
  long: 7,
  float: 10,
  double: 11,
  decimal: 12,
  string: 13,
  date: 16,
  timestamp: 17,
  timestampNtz: 18,
} as const;

/** @throws RpcStatus for a literal of another kind. */
function readLiteral(literal: WireMessage | undefined): BindValue {
  const kind = Object.values(KIND).find((field) => literal?.has(field));
  if (literal === undefined || kind === undefined) {
    throw new RpcStatus('UNIMPLEMENTED', 'A parameter has a type that this substitute for Spark does not support.');
  }
  switch (kind) {
    case KIND.null:
      return (statement, index) => statement.bindNull(index);
    case KIND.binary:
      return (statement, index) => statement.bindBlob(index, literal.bytes(kind) ?? new Uint8Array());
    case KIND.boolean:
      return (statement, index) => statement.bindBoolean(index, literal.whole(kind) === 1n);
    case KIND.byte:
    case KIND.short:
    case KIND.integer:
      return (statement, index) => statement.bindInteger(index, Number(literal.whole(kind)));
    case KIND.long:
      return (statement, index) => statement.bindBigInt(index, literal.whole(kind));
    case KIND.float:
    case KIND.double:
      return (statement, index) => statement.bindDouble(index, literal.fraction(kind));
    case KIND.decimal:
      return decimal(literal.message(kind)?.text(1) ?? '0');
    case KIND.string:
      return (statement, index) => statement.bindVarchar(index, literal.text(kind));
    // Days and microseconds since 1970.
    case KIND.date:
      return (statement, index, { DuckDBDateValue }) =>
        statement.bindDate(index, new DuckDBDateValue(Number(literal.whole(kind))));
    case KIND.timestamp:
      return (statement, index, { DuckDBTimestampTZValue }) =>
        statement.bindTimestampTZ(index, new DuckDBTimestampTZValue(literal.whole(kind)));
    case KIND.timestampNtz:
      return (statement, index, { DuckDBTimestampValue }) =>
        statement.bindTimestamp(index, new DuckDBTimestampValue(literal.whole(kind)));
  }
}

function decimal(text: string): BindValue {
  const [whole = '', fraction = ''] = text.split('.');
  const digits = `${whole}${fraction}`;
  const width = Math.max(digits.replace('-', '').length, 1);
  return (statement, index, { DuckDBDecimalValue }) =>
    statement.bindDecimal(index, new DuckDBDecimalValue(BigInt(digits), width, fraction.length));
}
