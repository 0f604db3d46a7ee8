import { RpcStatus } from '../rpc-status.ts';
import type { WireMessage } from '../wire-message.ts';

/** A value that came with a statement. */
export type BoundValue =
  | { readonly type: 'null' }
  | { readonly type: 'binary'; readonly value: Uint8Array }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'integer' | 'long'; readonly value: bigint }
  | { readonly type: 'double'; readonly value: number }
  | { readonly type: 'decimal' | 'string'; readonly value: string }
  /** Days since 1970. */
  | { readonly type: 'date'; readonly value: bigint }
  /** Microseconds since 1970. */
  | { readonly type: 'timestamp' | 'timestamp-ntz'; readonly value: bigint };

/** The numbers of a literal's kinds that SQL parameters come in. */
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
export function readLiteral(literal: WireMessage | undefined): BoundValue {
  const kind = Object.values(KIND).find((number) => literal?.has(number));
  switch (kind) {
    case KIND.null:
      return { type: 'null' };
    case KIND.binary:
      return { type: 'binary', value: literal?.bytes(kind) ?? new Uint8Array() };
    case KIND.boolean:
      return { type: 'boolean', value: literal?.whole(kind) === 1n };
    case KIND.byte:
    case KIND.short:
    case KIND.integer:
      return { type: 'integer', value: literal?.whole(kind) ?? 0n };
    case KIND.long:
      return { type: 'long', value: literal?.whole(kind) ?? 0n };
    case KIND.float:
    case KIND.double:
      return { type: 'double', value: literal?.fraction(kind) ?? 0 };
    case KIND.decimal:
      return { type: 'decimal', value: literal?.message(kind)?.text(1) ?? '0' };
    case KIND.string:
      return { type: 'string', value: literal?.text(kind) ?? '' };
    case KIND.date:
      return { type: 'date', value: literal?.whole(kind) ?? 0n };
    case KIND.timestamp:
      return { type: 'timestamp', value: literal?.whole(kind) ?? 0n };
    case KIND.timestampNtz:
      return { type: 'timestamp-ntz', value: literal?.whole(kind) ?? 0n };
    case undefined:
      throw new RpcStatus('UNIMPLEMENTED', 'A parameter is of a type that this stand-in for Spark does not take.');
  }
}
