import { flag, structure, text, whole, type Shape, type StructureShape } from '../shapes.ts';
import { RPC_CODES, type RpcCode } from './rpc-status.ts';

/** Where in the answers of a call a fault strikes. */
export interface RpcFaultPlace {
  /** After so many answers have been sent; 0 is when the call has begun and nothing was sent. Before the call begins unless said. */
  readonly afterAnswers?: number;
}

/** How the rows of an answer can be spoiled, or only be packed in another way. */
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

/** One of these ways. */
export type BatchPacking = (typeof BATCH_PACKINGS)[number];

/** What goes wrong in a call of Spark Connect; strikes `ExecutePlan` unless an operation is named. */
export type RpcFaultEffect =
  /** The call ends with a gRPC status, with an error class of Spark and an asked-for pause where they are given. */
  | ({
      readonly kind: 'rpc-error';
      readonly code: RpcCode;
      readonly message?: string;
      readonly errorClass?: string;
      readonly retryAfterMs?: number;
    } & RpcFaultPlace)
  /** The stream ends as if all were said, without its last answers. */
  | ({ readonly kind: 'rpc-end' } & RpcFaultPlace)
  /** Nothing more comes, and the call stays open. */
  | ({ readonly kind: 'rpc-silence' } & RpcFaultPlace)
  /** The connection is reset, with every call on it; `goaway` says farewell first, as a server that is restarted does. */
  | ({ readonly kind: 'rpc-cut'; readonly goaway?: boolean } & RpcFaultPlace)
  /** An answer in between that holds nothing, as Sail's heartbeat, or something that no client knows yet. */
  | ({ readonly kind: 'rpc-extra'; readonly answer: 'empty' | 'unknown' } & RpcFaultPlace)
  /** Rows arrive in pieces, compressed, or not as they are announced. */
  | { readonly kind: 'rpc-batch'; readonly as: BatchPacking }
  /** The answers name another server session than before, as after a restart of the driver. */
  | { readonly kind: 'rpc-server-session'; readonly id: string }
  /** An interrupt that finds nothing to interrupt; strikes `Interrupt` unless an operation is named. */
  | { readonly kind: 'rpc-finds-nothing' };

const place = { afterAnswers: whole(0, 1e9) };
const word = text({ min: 1, max: 1024 });

/** The members of each fault of the data plane besides its aim. */
const RPC_FAULT_MEMBERS = {
  'rpc-error': {
    members: {
      ...place,
      code: text({ oneOf: Object.keys(RPC_CODES) }),
      message: word,
      errorClass: word,
      retryAfterMs: whole(0, 1e12),
    },
    required: ['code'],
  },
  'rpc-end': { members: place, required: [] },
  'rpc-silence': { members: place, required: [] },
  'rpc-cut': { members: { ...place, goaway: flag }, required: [] },
  'rpc-extra': { members: { ...place, answer: text({ oneOf: ['empty', 'unknown'] }) }, required: ['answer'] },
  'rpc-batch': { members: { as: text({ oneOf: BATCH_PACKINGS }) }, required: ['as'] },
  'rpc-server-session': { members: { id: word }, required: ['id'] },
  'rpc-finds-nothing': { members: {}, required: [] },
} as const satisfies Readonly<
  Record<RpcFaultEffect['kind'], { members: Readonly<Record<string, Shape>>; required: readonly string[] }>
>;

/** The shapes of these faults, each with the members of an aim. */
export function rpcFaultShapes(
  aim: Readonly<Record<string, Shape>>,
): Readonly<Record<RpcFaultEffect['kind'], StructureShape>> {
  const shapes = Object.entries(RPC_FAULT_MEMBERS).map(([kind, { members, required }]) => [
    kind,
    structure<Readonly<Record<string, Shape>>, string>({ ...aim, ...members }, required),
  ]);
  return Object.fromEntries(shapes) as Readonly<Record<RpcFaultEffect['kind'], StructureShape>>;
}
