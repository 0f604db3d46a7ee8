import { RpcStatus } from '../rpc-status.ts';
import { encodeMessage, type WireMessage } from '../wire-message.ts';
import { readLiteral, type BindValue } from './literal.ts';
import type { ResponderVersion } from '../engine-choice.ts';

/** A statement with its values. */
export interface BoundSql {
  readonly text: string;
  readonly positional: readonly BindValue[];
  readonly named: Readonly<Record<string, BindValue>>;
}

/** The plan of an ExecutePlan. */
export type SqlPlan =
  /** Runs if it is a command; otherwise the answer is `relation`. */
  | { readonly kind: 'command'; readonly sql: BoundSql; readonly relation: Uint8Array }
  | { readonly kind: 'query'; readonly sql: BoundSql }
  /** Rows that the caller has sent. */
  | { readonly kind: 'rows'; readonly stream: Uint8Array };

/** Fields of the messages in a SQL plan. */
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
