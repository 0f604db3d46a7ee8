import {
  kindOfCode,
  SessionError,
  toServiceError,
  type ErrorTable,
  type FailedCall,
  type ProviderOperation,
} from 'anysession/provider';

/**
 * What each code of the service means.
 *
 * Decide by code and status, never by the message: messages change. If a code means different things for different
 * operations, write `{ general: 'conflict', start: 'quota-exceeded' }`. Add a row for every exception that the SDK exports.
 */
const ERRORS: ErrorTable<ProviderOperation> = {
  InvalidArgument: 'invalid-request',
  Unauthenticated: 'unauthenticated',
  PermissionDenied: 'forbidden',
  NotFound: 'not-found',
  AlreadyExists: 'conflict',
  QuotaExceeded: 'quota-exceeded',
  TooManyRequests: 'rate-limited',
  Unavailable: 'unavailable',
};

/** Decide: after which codes the service may have acted. The core then searches for the session before it starts another. */
const MAY_HAVE_ACTED: readonly string[] = ['Unavailable'];

/** Converts what the SDK threw. */
export function toSessionError(thrown: unknown, failed: FailedCall): SessionError {
  if (SessionError.is(thrown)) return thrown;
  const {
    code = 'an error without a code',
    status,
    message = '',
    retryAfterMs,
  } = thrown as {
    readonly code?: string;
    readonly status?: number;
    readonly message?: string;
    readonly retryAfterMs?: number;
  };
  const kind = kindOfCode(ERRORS, code, failed.operation);
  return toServiceError({ stage: 'answer', code, message, httpStatus: status, retryAfterMs }, failed, {
    provider: 'template',
    service: 'the imaginary cloud',
    account: 'imaginary',
    kind: kind ?? 'unexpected',
    mayHaveActed: kind === undefined || MAY_HAVE_ACTED.includes(code),
    advice: { 'quota-exceeded': 'terminate a session or raise the quota' },
    cause: thrown,
  });
}
