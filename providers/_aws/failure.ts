import type { ErrorKind } from '../../src/contract/error-kinds.ts';
import { kindOfStage, networkStage, readRetryAfter } from '../../src/provider-kit/network-failure.ts';
import type { ServiceFailure } from '../../src/provider-kit/service-failure.ts';

/** What the SDKs put on the errors they throw. */
interface SdkError extends Error {
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly $fault?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/** The names under which the credential providers of the SDK fail. */
const CREDENTIAL_ERRORS: ReadonlySet<string> = new Set([
  'CredentialsProviderError',
  'TokenProviderError',
  'ProviderError',
]);

/** Reads what an SDK threw. */
export function readFailure(thrown: unknown, nowMs: number): ServiceFailure {
  const error = (thrown instanceof Error ? thrown : new Error(String(thrown))) as SdkError;
  const { httpStatusCode: httpStatus, requestId } = error.$metadata ?? {};
  const answer = { httpStatus, requestId, retryAfterMs: readPause(error.$response?.headers, nowMs) };
  const socketCode = typeof error.code === 'string' ? error.code : undefined;
  const { name, message } = error;
  if (CREDENTIAL_ERRORS.has(name)) return { ...answer, stage: 'credentials', code: name, message };
  if (httpStatus !== undefined) {
    // Without a fault it is the SDK that complains: it cannot read the answer.
    return { ...answer, stage: 'answer', code: name, message: error.$fault === undefined ? '' : message };
  }
  if (socketCode === undefined && name !== 'TimeoutError') return { ...answer, stage: 'local', code: name, message };
  return { ...answer, stage: networkStage(socketCode ?? '', error.syscall), code: socketCode ?? name, message };
}

/**
 * Codes that any AWS service may answer and no model of an operation lists.
 * @see https://docs.aws.amazon.com/awssupport/latest/user/CommonErrors.html (read 2026-11-20)
 */
const COMMON_CODES: Readonly<Record<string, ErrorKind>> = {
  AccessDenied: 'forbidden',
  AccessDeniedException: 'forbidden',
  NotAuthorized: 'forbidden',
  UnauthorizedOperation: 'forbidden',
  ExpiredToken: 'unauthenticated',
  ExpiredTokenException: 'unauthenticated',
  IncompleteSignature: 'unauthenticated',
  IncompleteSignatureException: 'unauthenticated',
  InvalidAccessKeyId: 'unauthenticated',
  InvalidClientTokenId: 'unauthenticated',
  InvalidSignatureException: 'unauthenticated',
  MissingAuthenticationToken: 'unauthenticated',
  MissingAuthenticationTokenException: 'unauthenticated',
  OptInRequired: 'unauthenticated',
  RequestExpired: 'unauthenticated',
  SignatureDoesNotMatch: 'unauthenticated',
  UnrecognizedClientException: 'unauthenticated',
  BandwidthLimitExceeded: 'rate-limited',
  LimitExceededException: 'rate-limited',
  PriorRequestNotComplete: 'rate-limited',
  RequestLimitExceeded: 'rate-limited',
  RequestThrottled: 'rate-limited',
  RequestThrottledException: 'rate-limited',
  SlowDown: 'rate-limited',
  ThrottledException: 'rate-limited',
  Throttling: 'rate-limited',
  ThrottlingException: 'rate-limited',
  TooManyRequestsException: 'rate-limited',
  InternalError: 'unavailable',
  InternalFailure: 'unavailable',
  RequestTimeout: 'unavailable',
  RequestTimeoutException: 'unavailable',
  ServiceUnavailable: 'unavailable',
  ServiceUnavailableException: 'unavailable',
  InvalidAction: 'unsupported',
  UnknownOperationException: 'unsupported',
  MalformedQueryString: 'invalid-request',
  SerializationException: 'invalid-request',
  ValidationError: 'invalid-request',
};

/** The kind of a failure that no error table of a service covers. */
export function commonKind({ stage, code, httpStatus = 0 }: ServiceFailure): ErrorKind {
  if (stage !== 'answer') return kindOfStage(stage, code);
  const byCode = Object.hasOwn(COMMON_CODES, code) ? COMMON_CODES[code] : undefined;
  return byCode ?? kindOfStatus(httpStatus);
}

function kindOfStatus(httpStatus: number): ErrorKind {
  if (httpStatus === 401) return 'unauthenticated';
  if (httpStatus === 403) return 'forbidden';
  if (httpStatus === 429) return 'rate-limited';
  if (httpStatus === 408 || httpStatus >= 500) return 'unavailable';
  return 'unexpected';
}

/** Whether the service may have acted although the call failed. */
export function mayHaveActed({ stage, code, httpStatus = 0 }: ServiceFailure): boolean {
  // A 4xx status is a refusal. A 5xx status and an unreadable answer leave it open, and so does a request that timed out there.
  const isRefused = httpStatus >= 400 && httpStatus < 500 && code !== 'RequestTimeoutException';
  return stage === 'wire' || (stage === 'answer' && !isRefused);
}

/** The pause that the service asks for. The SDK reads it only for its own retries; the answer is a non-enumerable member of the error. */
function readPause(headers: Readonly<Record<string, string>> = {}, nowMs: number): number | undefined {
  const own = headers['x-amz-retry-after'];
  return own !== undefined && /^\d+$/.test(own) ? Number(own) : readRetryAfter(headers['retry-after'], nowMs);
}
