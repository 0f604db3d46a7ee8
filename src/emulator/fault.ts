import { SessionError } from '../contract/session-error.ts';
import { BrokenConstraints, readInput, WrongType } from './read-input.ts';
import { rpcFaultShapes, type RpcFaultEffect } from './data-plane/rpc-fault.ts';
import { SERVICE_IDS, type ServiceId } from './service.ts';
import { structure, text, whole, type StructureShape, type TextShape } from './shapes.ts';

/** Which calls a fault strikes. */
export interface FaultAim {
  /** All services unless named. */
  readonly service?: ServiceId;
  /**
   * All operations unless named; faults that happen to a session strike `StartSession`, calculations `StartCalculationExecution`,
   * those of the data plane `ExecutePlan` or `Interrupt`.
   */
  readonly operation?: string;
  /** Spares this many matching calls first; 0 unless said. */
  readonly skip?: number;
  /** Strikes this many calls; once unless said, and without end when there is a `probability`. */
  readonly times?: number;
  /** The chance, from the seed, that a matching call is struck, from 0 to 1; always unless said. */
  readonly probability?: number;
}

/** What a fault does. */
export type FaultEffect = ControlFaultEffect | RpcFaultEffect;

/** What a fault does to a call of the service's own API. */
export type ControlFaultEffect =
  /** The service's throttling error, nothing happens; `retryAfterMs` goes into `retry-after` (whole seconds) or `x-amz-retry-after`. */
  | { readonly kind: 'throttle'; readonly retryAfterMs?: number }
  /** The service's internal error, HTTP 500, nothing happens. */
  | { readonly kind: 'server-error' }
  /** HTTP 503 with an HTML body, as a proxy in between answers, nothing happens. */
  | { readonly kind: 'html' }
  /** Any error by its code, nothing happens; for example AccessDeniedException 403. */
  | { readonly kind: 'error'; readonly code: string; readonly httpStatus: number; readonly message?: string }
  /** The connection is reset, before or after the call has taken effect. */
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  /** The call takes effect at once and its answer comes late, by the emulator's clock. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** The call takes effect and the client never hears of it. */
  | { readonly kind: 'lost-answer' }
  /** Every session state in the answer is replaced by a word the model does not have. */
  | { readonly kind: 'unknown-state'; readonly state: string }
  /** A list answers an empty page that still has a next token. */
  | { readonly kind: 'empty-page' }
  /** The session of the call gets into a state out of the blue, for example DEGRADED or FAILED. */
  | { readonly kind: 'session-becomes'; readonly state: string; readonly reason?: string; readonly afterMs?: number }
  /** The record of the session disappears. */
  | { readonly kind: 'session-vanishes'; readonly afterMs?: number }
  /** The calculation ends in FAILED. */
  | { readonly kind: 'calculation-fails'; readonly reason?: string };

/** Something that goes wrong on purpose. */
export type Fault = FaultAim & FaultEffect;

/** Something that goes wrong on purpose on the data plane. */
export type RpcFault = FaultAim & RpcFaultEffect;

const AIM = {
  kind: text({}),
  service: text({ oneOf: SERVICE_IDS }),
  operation: text({ min: 1 }),
  skip: whole(0, 1e9),
  times: whole(1, 1e9),
  probability: { type: 'number', min: 0, max: 1, fraction: true },
} as const;

const delay = whole(0, 1e12);
const word: TextShape = text({ min: 1, max: 256 });
const reason: TextShape = text({ min: 1, max: 1024 });

const EFFECTS: Readonly<Record<FaultEffect['kind'], StructureShape>> = {
  throttle: structure({ ...AIM, retryAfterMs: delay }),
  'server-error': structure(AIM),
  html: structure(AIM),
  error: structure({ ...AIM, code: word, httpStatus: whole(400, 599), message: reason }, ['code', 'httpStatus']),
  reset: structure({ ...AIM, when: text({ oneOf: ['before', 'after'] }) }, ['when']),
  slow: structure({ ...AIM, delayMs: delay }, ['delayMs']),
  'lost-answer': structure(AIM),
  'unknown-state': structure({ ...AIM, state: word }, ['state']),
  'empty-page': structure(AIM),
  'session-becomes': structure({ ...AIM, state: word, reason, afterMs: delay }, ['state']),
  'session-vanishes': structure({ ...AIM, afterMs: delay }),
  'calculation-fails': structure({ ...AIM, reason }),
  ...rpcFaultShapes(AIM),
};

/**
 * Reads a fault from a file or a request.
 *
 * @throws SessionError `config-invalid` for an unknown kind, an unknown member or a value out of range.
 */
export function parseFault(raw: unknown): Fault {
  const kind: unknown = typeof raw === 'object' && raw !== null && 'kind' in raw ? raw.kind : undefined;
  const shape =
    typeof kind === 'string' && Object.hasOwn(EFFECTS, kind) ? EFFECTS[kind as FaultEffect['kind']] : undefined;
  if (shape === undefined) {
    throw badFault(`A fault needs a 'kind', one of: ${Object.keys(EFFECTS).join(', ')}.`);
  }
  const unknown = Object.keys(raw as object).filter((member) => !Object.hasOwn(shape.members, member));
  if (unknown.length > 0) throw badFault(`The fault '${String(kind)}' has no member ${unknown.join(', ')}.`);
  try {
    return readInput(shape, raw) as unknown as Fault;
  } catch (error) {
    if (error instanceof BrokenConstraints || error instanceof WrongType) {
      throw badFault(`The fault '${String(kind)}' is wrong: ${error.message}`, error);
    }
    throw error;
  }
}

/** The faults of a bad day, each with the chance `probability`: throttling, 500, HTML, and resets before and after the effect. */
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
