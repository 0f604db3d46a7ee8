import type { ErrorKind } from '../contract/error-kinds.ts';
import { SessionError, type SessionErrorDetails } from '../contract/session-error.ts';
import { possibleEffect, type ProviderOperation } from '../contract/operations.ts';
import type { ServiceFault } from './service-fault.ts';

/** What each code means, and whether the service surely did nothing. */
const KINDS: { readonly [code: string]: { readonly kind: ErrorKind; readonly refused: boolean } | undefined } = {
  Throttled: { kind: 'rate-limited', refused: true },
  QuotaExceeded: { kind: 'quota-exceeded', refused: true },
  Unavailable: { kind: 'unavailable', refused: false },
  NoSuchSession: { kind: 'not-found', refused: true },
  NoSuchCalculation: { kind: 'not-found', refused: true },
  SessionExists: { kind: 'conflict', refused: true },
  NotReady: { kind: 'conflict', refused: true },
  SessionEnded: { kind: 'session-failed', refused: true },
  Cancelled: { kind: 'aborted', refused: false },
  Invalid: { kind: 'invalid-request', refused: true },
  BadStatement: { kind: 'invalid-request', refused: true },
  BadCredentials: { kind: 'unauthenticated', refused: true },
  Denied: { kind: 'forbidden', refused: true },
};

/** Puts whatever a scripted service threw into our terms. */
export function toSessionError(
  error: unknown,
  origin: Pick<SessionErrorDetails, 'handle' | 'provider'> & { readonly operation: ProviderOperation },
): SessionError {
  if (SessionError.is(error)) return error.with({ handle: origin.handle, provider: origin.provider });
  const { code, httpStatus, retryAfterMs, message } = error as Partial<ServiceFault>;
  const entry = code === undefined ? undefined : KINDS[code];
  const kind = entry?.kind ?? 'unexpected';
  return new SessionError(
    kind,
    `the scripted service answered ${code ?? 'nothing known'}: ${message ?? String(error)}`,
    {
      ...origin,
      effect: entry?.refused === true ? 'none' : possibleEffect(origin.operation),
      native: { code, httpStatus },
      retryAfterMs,
      cause: error,
    },
  );
}
