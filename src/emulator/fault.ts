import { SessionError } from '../contract/session-error.ts';
import { RPC_FAULT_MEMBERS, type FaultMembers, type RpcFaultEffect } from './data-plane/rpc-fault.ts';
import { BrokenConstraints, readInput, WrongType } from './read-input.ts';
import { SERVICE_IDS, type ServiceId } from './service.ts';
import { structure, text, whole, type Shape } from './shapes.ts';

/** Which calls a fault strikes. */
export interface FaultAim {
  /** Default: all services. */
  readonly service?: ServiceId;
  /**
   * Default: all operations; faults that happen to a session strike `StartSession` or `CreateSession`, `calculation-fails`
   * strikes `StartCalculationExecution`, those of the data plane strike `ExecutePlan` or `Interrupt`.
   */
  readonly operation?: string;
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
  /** A list answers an empty page with a next token. */
  | { readonly kind: 'empty-page' }
  /** The session of the call changes to a state by itself, for example DEGRADED or FAILED. */
  | { readonly kind: 'session-becomes'; readonly state: string; readonly reason?: string; readonly afterMs?: number }
  /** The record of the session disappears. */
  | { readonly kind: 'session-vanishes'; readonly afterMs?: number }
  /** The calculation ends in FAILED. */
  | { readonly kind: 'calculation-fails'; readonly reason?: string };

/** An injected fault. */
export type Fault = FaultAim & FaultEffect;

/** An injected fault of the data plane. */
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
const word = text({ min: 1, max: 256 });
const reason = text({ min: 1, max: 1024 });

/** The members of each fault besides its aim, and those that are required. */
const MEMBERS: Readonly<Record<FaultEffect['kind'], FaultMembers>> = {
  throttle: [{ retryAfterMs: delay }],
  'server-error': [{}],
  html: [{}],
  error: [{ code: word, httpStatus: whole(400, 599), message: reason }, ['code', 'httpStatus']],
  reset: [{ when: text({ oneOf: ['before', 'after'] }) }, ['when']],
  slow: [{ delayMs: delay }, ['delayMs']],
  'lost-answer': [{}],
  'unknown-state': [{ state: word }, ['state']],
  'empty-page': [{}],
  'session-becomes': [{ state: word, reason, afterMs: delay }, ['state']],
  'session-vanishes': [{ afterMs: delay }],
  'calculation-fails': [{ reason }],
  ...RPC_FAULT_MEMBERS,
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
