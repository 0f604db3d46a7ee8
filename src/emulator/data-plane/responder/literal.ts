import type * as duckdbModule from '@duckdb/node-api';
import type { DuckDBPreparedStatement } from '@duckdb/node-api';
import { RpcStatus } from '../rpc-status.ts';
import type { WireMessage } from '../wire-message.ts';

/** The module `@duckdb/node-api`. */
export type DuckDb = typeof duckdbModule;

/** Binds a value that came with a statement to the parameter at `index`. */
export type BindValue = (statement: DuckDBPreparedStatement, index: number, duckdb: DuckDb) => void;

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
export function readLiteral(literal: WireMessage | undefined): BindValue {
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
