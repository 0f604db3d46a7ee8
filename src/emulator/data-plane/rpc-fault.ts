import { flag, text, whole, type Shape } from '../shapes.ts';
import { GRPC_CODES, type RpcCode } from '../grpc-status.ts';

/** Where in the stream of answers a fault strikes. */
export interface RpcFaultPlace {
  /** After this many answers; 0: once the call has begun (default: before the call begins). */
  readonly afterAnswers?: number;
}

/** How the rows of an answer can be packed, correctly or not. */
const BATCH_PACKINGS = [
  'pieces',
  'lz4',
  'zstd',
  'pieces-out-of-order',
  'piece-missing',
  'wrong-row-count',
  'wrong-start',
  'no-arrow',
] as const;

/** How rows are packed: correctly in pieces or compressed, or corrupted. */
export type BatchPacking = (typeof BATCH_PACKINGS)[number];

/** What a fault does to a call of Spark Connect (default operation: `ExecutePlan`). */
export type RpcFaultEffect =
  /** The call ends with a gRPC status, and with a Spark error class and a retry delay where they are given. */
  | ({
      readonly kind: 'rpc-error';
      readonly code: RpcCode;
      readonly message?: string;
      readonly errorClass?: string;
      readonly retryAfterMs?: number;
    } & RpcFaultPlace)
  /** The stream ends with OK and without its last answers. */
  | ({ readonly kind: 'rpc-end' } & RpcFaultPlace)
  /** No more answers come, and the call stays open. */
  | ({ readonly kind: 'rpc-silence' } & RpcFaultPlace)
  /** The connection is reset, with every call on it; `goaway` sends GOAWAY instead, as a server that restarts does. */
  | ({ readonly kind: 'rpc-cut'; readonly goaway?: boolean } & RpcFaultPlace)
  /** An extra answer that is empty, as Sail's heartbeat, or has a field that no client knows yet. */
  | ({ readonly kind: 'rpc-extra'; readonly answer: 'empty' | 'unknown' } & RpcFaultPlace)
  /** Rows arrive in pieces, compressed, or corrupted. */
  | { readonly kind: 'rpc-batch'; readonly as: BatchPacking }
  /** The answers name another server session, as after a restart of the driver. */
  | { readonly kind: 'rpc-server-session'; readonly id: string }
  /** An interrupt finds nothing to interrupt (default operation: `Interrupt`). */
  | { readonly kind: 'rpc-finds-nothing' };

/** The members of a fault besides its aim, and those that are required. */
export type FaultMembers = readonly [members: Readonly<Record<string, Shape>>, required?: readonly string[]];

const place = { afterAnswers: whole(0, 1e9) };
const word = text({ min: 1, max: 1024 });

/** The members of each fault of the data plane. */
export const RPC_FAULT_MEMBERS: Readonly<Record<RpcFaultEffect['kind'], FaultMembers>> = {
  'rpc-error': [
    {
      ...place,
      code: text({ oneOf: Object.keys(GRPC_CODES) }),
      message: word,
      errorClass: word,
      retryAfterMs: whole(0, 1e12),
    },
    ['code'],
  ],
  'rpc-end': [place],
  'rpc-silence': [place],
  'rpc-cut': [{ ...place, goaway: flag }],
  'rpc-extra': [{ ...place, answer: text({ oneOf: ['empty', 'unknown'] }) }, ['answer']],
  'rpc-batch': [{ as: text({ oneOf: BATCH_PACKINGS }) }, ['as']],
  'rpc-server-session': [{ id: word }, ['id']],
  'rpc-finds-nothing': [{}],
};
