import { SessionError } from '../contract/session-error.ts';
import { GRPC_CODES, type RpcCode } from './grpc-status.ts';
import { BrokenConstraints, readInput, WrongType } from './read-input.ts';
import { SERVICE_IDS, type ServiceId } from './service.ts';
import { flag, oneOf, structure, text, whole, type Shape } from './shapes.ts';

/** Which calls a fault strikes. */
export interface FaultAim {
  /** Default: all services. */
  readonly service?: ServiceId;
  /**
   * Default: all operations; faults that happen to a session strike `StartSession` or `CreateSession`, `calculation-fails`
   * strikes `StartCalculationExecution` or `RunStatement`, those of the data plane strike `ExecutePlan` or `Interrupt`.
   */
  readonly operation?: string;
  /** Only calls that are signed with this access key: keys that have expired, or were deleted. */
  readonly accessKeyId?: string;
  /** Skips this many matching calls first (default 0). */
  readonly skip?: number;
  /** Strikes this many calls (default 1; with a `probability`, without limit). */
  readonly times?: number;
  /** The probability, from the seed, that a matching call is struck, from 0 to 1 (default 1). */
  readonly probability?: number;
}

/** What a fault does. */
export type FaultEffect = ControlFaultEffect | RpcFaultEffect;

/** What a fault does to a call of the service's own API. */
export type ControlFaultEffect =
  /** The service's throttling error, no effect; `retryAfterMs` goes into `retry-after` (whole seconds) or `x-amz-retry-after`. */
  | { readonly kind: 'throttle'; readonly retryAfterMs?: number }
  /** The service's internal error, HTTP 500, no effect. */
  | { readonly kind: 'server-error' }
  /** HTTP 503 with an HTML body, as a proxy in between answers, no effect. */
  | { readonly kind: 'html' }
  /** The service's clock is this far ahead of the machine's, or behind: it refuses signatures that are 5 minutes off, and dates its answers. */
  | { readonly kind: 'clock-skew'; readonly byMs: number }
  /** Any error by its code, no effect; for example AccessDeniedException 403. */
  | { readonly kind: 'error'; readonly code: string; readonly httpStatus: number; readonly message?: string }
  /** The connection is reset, before or after the call has taken effect. */
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  /** The call takes effect at once and its answer comes late, by the emulator's clock. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** The call takes effect and the client never gets an answer. */
  | { readonly kind: 'lost-answer' }
  /** Every session state in the answer is replaced by a word that the model does not have. */
  | { readonly kind: 'unknown-state'; readonly state: string }
  /** A list answers an empty page with a next token; or, with `last`, without one, as if there were no sessions. */
  | { readonly kind: 'empty-page'; readonly last?: boolean }
  /** The session of the call changes to a state by itself, for example DEGRADED or FAILED. */
  | { readonly kind: 'session-becomes'; readonly state: string; readonly reason?: string; readonly afterMs?: number }
  /** The record of the session disappears. */
  | { readonly kind: 'session-vanishes'; readonly afterMs?: number }
  /** The calculation ends in FAILED. */
  | { readonly kind: 'calculation-fails'; readonly reason?: string };

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
  /** The token of the call expires: the call ends as at the end of its token, and later calls with this token are refused. */
  | ({ readonly kind: 'rpc-token-expires' } & RpcFaultPlace)
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
  /** The server reports this as its Spark version (default operation: `AnalyzePlan`). */
  | { readonly kind: 'rpc-version'; readonly version: string }
  /** An interrupt finds nothing to interrupt (default operation: `Interrupt`). */
  | { readonly kind: 'rpc-finds-nothing' };

/** An injected fault. */
export type Fault = FaultAim & FaultEffect;

/** An injected fault of the data plane. */
export type RpcFault = FaultAim & RpcFaultEffect;

const AIM = {
  kind: text(),
  service: oneOf(SERVICE_IDS),
  operation: text(1),
  accessKeyId: text(1),
  skip: whole(0, 1e9),
  times: whole(1, 1e9),
  probability: { type: 'number', min: 0, max: 1, fraction: true },
} as const;

/** The longest delay of a timer of Node.js. */
const delay = whole(0, 2 ** 31 - 1);
const word = text(1, 256);
const reason = text(1, 1024);
const place = { afterAnswers: whole(0, 1e9) };

/** The members of each fault besides its aim, and those that are required. */
const MEMBERS: Readonly<
  Record<FaultEffect['kind'], readonly [members: Readonly<Record<string, Shape>>, required?: readonly string[]]>
> = {
  throttle: [{ retryAfterMs: delay }],
  'server-error': [{}],
  html: [{}],
  'clock-skew': [{ byMs: whole(-1e12, 1e12) }, ['byMs']],
  // The code goes into a header.
  error: [{ code: text(1, 256, /[\x20-\x7e]+/), httpStatus: whole(400, 599), message: reason }, ['code', 'httpStatus']],
  reset: [{ when: oneOf(['before', 'after']) }, ['when']],
  slow: [{ delayMs: delay }, ['delayMs']],
  'lost-answer': [{}],
  'unknown-state': [{ state: word }, ['state']],
  'empty-page': [{ last: flag }],
  'session-becomes': [{ state: word, reason, afterMs: delay }, ['state']],
  'session-vanishes': [{ afterMs: delay }],
  'calculation-fails': [{ reason }],
  'rpc-error': [
    {
      ...place,
      code: oneOf(Object.keys(GRPC_CODES)),
      message: reason,
      errorClass: reason,
      retryAfterMs: delay,
    },
    ['code'],
  ],
  'rpc-token-expires': [place],
  'rpc-end': [place],
  'rpc-silence': [place],
  'rpc-cut': [{ ...place, goaway: flag }],
  'rpc-extra': [{ ...place, answer: oneOf(['empty', 'unknown']) }, ['answer']],
  'rpc-batch': [{ as: oneOf(BATCH_PACKINGS) }, ['as']],
  'rpc-server-session': [{ id: reason }, ['id']],
  'rpc-version': [{ version: reason }, ['version']],
  'rpc-finds-nothing': [{}],
};

/**
 * Parses a fault from a file or a request.
 *
 * @throws SessionError `config-invalid` for an unknown kind, an unknown member or a value out of range.
 */
export function parseFault(raw: unknown): Fault {
  const kind = typeof raw === 'object' && raw !== null && 'kind' in raw ? String(raw.kind) : '';
  if (!Object.hasOwn(MEMBERS, kind)) {
    throw badFault(`A fault needs a 'kind', one of: ${Object.keys(MEMBERS).join(', ')}.`);
  }
  const [own, required = []] = MEMBERS[kind as FaultEffect['kind']];
  const members: Readonly<Record<string, Shape>> = { ...AIM, ...own };
  const unknown = Object.keys(raw as object).filter((member) => !Object.hasOwn(members, member));
  if (unknown.length > 0) throw badFault(`Fault '${kind}' has no member ${unknown.join(', ')}.`);
  try {
    return readInput(structure<typeof members, string>(members, required), raw) as unknown as Fault;
  } catch (error) {
    if (error instanceof BrokenConstraints || error instanceof WrongType) {
      throw badFault(`Fault '${kind}' is not valid: ${error.message}`, error);
    }
    throw error;
  }
}

/** Typical transient faults, each with this `probability`: throttling, 500, HTML, and resets before and after the effect. */
export function transientFaults(probability: number): readonly Fault[] {
  return [
    { kind: 'throttle', probability },
    { kind: 'server-error', probability },
    { kind: 'html', probability },
    { kind: 'reset', when: 'before', probability },
    { kind: 'reset', when: 'after', probability },
  ];
}

function badFault(message: string, cause?: unknown): SessionError {
  return new SessionError('config-invalid', message, { operation: 'emulator fault', cause });
}
