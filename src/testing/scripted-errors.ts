import type { ErrorKind } from '../contract/error-kinds.ts';
import { possibleEffect, type ProviderOperation } from '../contract/operations.ts';
import { SessionError, type SessionErrorDetails } from '../contract/session-error.ts';

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
