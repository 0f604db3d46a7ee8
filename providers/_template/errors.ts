import type { ErrorKind } from '../../src/contract/error-kinds.ts';
import { SessionError, type SessionErrorDetails } from '../../src/contract/session-error.ts';
import { possibleEffect, type ProviderOperation } from '../../src/contract/operations.ts';
import { abortedError } from '../../src/provider-kit/aborted-error.ts';

/**
 * What each code of the service means.
 *
 * Decide by name, code and status, never by the message: messages change. `acted: 'never'` says that the service
 * surely did nothing; anything else makes the core look before it starts again. Where one code means different things
 * for different operations, key the table by both. Put in a row for every exception that the SDK exports.
 */
const CODES: Readonly<Record<string, { readonly kind: ErrorKind; readonly acted: 'never' | 'perhaps' }>> = {
  InvalidArgument: { kind: 'invalid-request', acted: 'never' },
  Unauthenticated: { kind: 'unauthenticated', acted: 'never' },
  PermissionDenied: { kind: 'forbidden', acted: 'never' },
  NotFound: { kind: 'not-found', acted: 'never' },
  AlreadyExists: { kind: 'conflict', acted: 'never' },
  QuotaExceeded: { kind: 'quota-exceeded', acted: 'never' },
  TooManyRequests: { kind: 'rate-limited', acted: 'never' },
  Unavailable: { kind: 'unavailable', acted: 'perhaps' },
};

/** Puts whatever the SDK threw into our terms; what no table knows is kept word for word. */
export function toSessionError(
  error: unknown,
  origin: Pick<SessionErrorDetails, 'provider' | 'handle'> & { readonly operation: ProviderOperation },
  signal: AbortSignal,
): SessionError {
  if (SessionError.is(error)) return error;
  const { code, status, message, retryAfterMs } = error as {
    readonly code?: string;
    readonly status?: number;
    readonly message?: string;
    readonly retryAfterMs?: number;
  };
  const entry = code === undefined ? undefined : CODES[code];
  const effect = entry?.acted === 'never' ? 'none' : possibleEffect(origin.operation);
  // An SDK's abort comes as an error of its own; the signal is what tells.
  if (signal.aborted) return abortedError(origin.operation, signal).with({ ...origin, effect });
  return new SessionError(entry?.kind ?? 'unexpected', `the service answered ${code ?? 'without a code'}: ${message}`, {
    ...origin,
    effect,
    native: { code, httpStatus: status },
    retryAfterMs,
    cause: error,
  });
}
