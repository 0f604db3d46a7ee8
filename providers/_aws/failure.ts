import type { ErrorKind } from '../../src/contract/error-kinds.ts';

/**
 * How far a call came that failed: not out of this process (`local`), no credentials (`credentials`), no connection
 * (`connect`), no answer (`wire`), or an answer that is an error or cannot be read (`answer`).
 */
export type FailureStage = 'local' | 'credentials' | 'connect' | 'wire' | 'answer';

/** What an SDK threw, read once. */
export interface AwsFailure {
  readonly stage: FailureStage;
  /** The service's code, the socket's code, or the name of the error. */
  readonly code: string;
  /** The service's own words; empty where it said nothing that can be read. */
  readonly message: string;
  readonly httpStatus: number | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;
}

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

/** Before any byte of the request was sent. @see https://nodejs.org/api/errors.html#common-system-errors (read 2026-11-20) */
const CONNECT_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
]);

/** Reads what an SDK threw. */
export function readFailure(thrown: unknown, nowMs: number): AwsFailure {
  const error = (thrown instanceof Error ? thrown : new Error(String(thrown))) as SdkError;
  const socketCode = typeof error.code === 'string' ? error.code : undefined;
  const { httpStatusCode: httpStatus, requestId } = error.$metadata ?? {};
  const answer = { httpStatus, requestId, retryAfterMs: readRetryAfter(error.$response?.headers, nowMs) };
  if (CREDENTIAL_ERRORS.has(error.name)) {
    return { ...answer, stage: 'credentials', code: error.name, message: error.message };
  }
  if (httpStatus !== undefined) {
    // What the service did not say itself is the SDK's complaint that it cannot read the answer.
    const isTold = error.$fault !== undefined;
    return { ...answer, stage: 'answer', code: error.name, message: isTold ? error.message : '' };
  }
  if (socketCode !== undefined || error.name === 'TimeoutError') {
    const isUnconnected =
      error.syscall === 'connect' || CONNECT_CODES.has(socketCode ?? '') || isTlsCode(socketCode ?? '');
    const stage = isUnconnected ? 'connect' : 'wire';
    return { ...answer, stage, code: socketCode ?? error.name, message: error.message };
  }
  return { ...answer, stage: 'local', code: error.name, message: error.message };
}

/** The handshake failed: nothing was sent, and trying again does not mend a certificate. */
export function isTlsCode(code: string): boolean {
  return /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_)|_CERT_|^EPROTO$/.test(code);
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

/** The kind of a failure that no table of a service's own exceptions decides. */
export function commonKind({ stage, code, httpStatus = 0 }: AwsFailure): ErrorKind {
  if (stage === 'credentials') return 'unauthenticated';
  if (stage === 'connect') return isTlsCode(code) ? 'config-invalid' : 'unavailable';
  if (stage === 'wire') return 'unavailable';
  if (stage === 'local') return 'internal';
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

/** Tells whether the service may have acted although the call failed. */
export function mayHaveActed({ stage, httpStatus = 0 }: AwsFailure): boolean {
  // An error of the client's is a refusal. One of the server's, and an answer that cannot be read, tell nothing.
  return stage === 'wire' || (stage === 'answer' && (httpStatus < 400 || httpStatus >= 500));
}

/**
 * How long the service asks to be left alone, milliseconds: seconds or a date in `retry-after`, milliseconds in the header of AWS.
 * The SDK reads them only for its own retries; the answer hangs, not enumerable, on the error.
 */
function readRetryAfter(headers: Readonly<Record<string, string>> = {}, nowMs: number): number | undefined {
  const own = headers['x-amz-retry-after'];
  if (own !== undefined && /^\d+$/.test(own)) return Number(own);
  const standard = headers['retry-after'];
  if (standard === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(standard)) return Math.ceil(Number(standard) * 1000);
  const dateMs = Date.parse(standard);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}
