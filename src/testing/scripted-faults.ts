import { possibleEffect, type ProviderOperation } from '../contract/operations.ts';
import type { Random } from '../contract/ports.ts';
import type { ErrorKind } from '../contract/error-kinds.ts';
import { SessionError, type SessionErrorDetails } from '../contract/session-error.ts';

/** The fault of one call of a scripted service. `after` means that the service acted and the caller does not know. */
export type ScriptedFault =
  | { readonly kind: 'throttled'; readonly retryAfterMs?: number }
  | { readonly kind: 'unavailable'; readonly effect: 'before' | 'after' }
  /** The answer takes `delayMs`; with `effect: 'after'` the service acts only then, even if its caller is gone. */
  | { readonly kind: 'slow'; readonly delayMs: number; readonly effect: 'before' | 'after' }
  /** The service acts and its answer never arrives. */
  | { readonly kind: 'lost-answer' }
  /** For `start` and `startCalculation`: the call succeeds, and what it starts breaks. */
  | { readonly kind: 'broken-start'; readonly reason: string }
  /** Refused with this code, before any effect. */
  | { readonly kind: 'refused'; readonly code: string; readonly httpStatus: number };

/** Random faults: each call of the operations fails with probability `rate`. */
export interface RandomFaults {
  readonly random: Random;
  /** 0..1 */
  readonly rate: number;
  readonly faults: readonly ScriptedFault[];
  /** All operations when absent. */
  readonly operations?: readonly ProviderOperation[];
}

/** The faults of the next calls of a scripted service: first the queued ones, then random ones. */
export class ScriptedFaults {
  readonly #queues = new Map<ProviderOperation, ScriptedFault[]>();
  #random: RandomFaults | undefined;

  /** Gives these faults to the next calls of the operation, one each, in order. */
  add(operation: ProviderOperation, ...faults: readonly ScriptedFault[]): void {
    this.#queues.set(operation, [...(this.#queues.get(operation) ?? []), ...faults]);
  }

  /** Gives random faults to all calls without a queued fault; `undefined` ends that. */
  setRandom(faults: RandomFaults | undefined): void {
    this.#random = faults;
  }

  /** Removes all faults. */
  clear(): void {
    this.#queues.clear();
    this.#random = undefined;
  }

  /** Takes the fault of this call. */
  take(operation: ProviderOperation): ScriptedFault | undefined {
    const queued = this.#queues.get(operation)?.shift();
    if (queued !== undefined) return queued;
    if (this.#random === undefined || this.#random.operations?.includes(operation) === false) return undefined;
    const { random, rate, faults } = this.#random;
    return random.next() < rate ? faults[Math.floor(random.next() * faults.length)] : undefined;
  }
}

/** How a scripted service refuses: with a code and an HTTP status of its own, as an SDK's error carries them. */
export class ServiceFault extends Error {
  override readonly name = 'ServiceFault';
  readonly code: string;
  readonly httpStatus: number;
  readonly retryAfterMs: number | undefined;

  constructor(code: string, httpStatus: number, message: string, retryAfterMs?: number) {
    super(message);
    this.code = code;
    this.httpStatus = httpStatus;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The kind of each code. */
const KINDS: { readonly [code: string]: ErrorKind | undefined } = {
  Throttled: 'rate-limited',
  QuotaExceeded: 'quota-exceeded',
  Unavailable: 'unavailable',
  NoSuchSession: 'not-found',
  NoSuchCalculation: 'not-found',
  SessionExists: 'conflict',
  NotReady: 'conflict',
  SessionEnded: 'session-failed',
  Cancelled: 'aborted',
  Invalid: 'invalid-request',
  BadStatement: 'invalid-request',
  BadCredentials: 'unauthenticated',
  Denied: 'forbidden',
};

/** The kinds after which the service may have acted, as it may after an unknown code. */
const DOUBTFUL: readonly ErrorKind[] = ['unavailable', 'aborted'];

/** Translates what a scripted service threw. */
export function toSessionError(
  error: unknown,
  origin: Pick<SessionErrorDetails, 'handle' | 'provider'> & { readonly operation: ProviderOperation },
): SessionError {
  if (SessionError.is(error)) return error.with({ handle: origin.handle, provider: origin.provider });
  const { code, httpStatus, retryAfterMs, message } = error as Partial<ServiceFault>;
  const kind = code === undefined ? undefined : KINDS[code];
  const isRefused = kind !== undefined && !DOUBTFUL.includes(kind);
  return new SessionError(
    kind ?? 'unexpected',
    `the scripted service answered ${code ?? 'an unknown error'}: ${message ?? String(error)}`,
    {
      ...origin,
      effect: isRefused ? 'none' : possibleEffect(origin.operation),
      native: { code, httpStatus },
      retryAfterMs,
      cause: error,
    },
  );
}
