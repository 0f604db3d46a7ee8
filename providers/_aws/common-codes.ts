import type { ErrorKind } from '../../src/contract/error-kinds.ts';

/**
 * Codes that any AWS service may answer and no model of an operation lists.
 * @see https://docs.aws.amazon.com/awssupport/latest/user/CommonErrors.html (read 2026-11-20)
 */
const KINDS: Readonly<Record<string, ErrorKind>> = {
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
  InvalidToken: 'unauthenticated',
  MissingAuthenticationToken: 'unauthenticated',
  MissingAuthenticationTokenException: 'unauthenticated',
  OptInRequired: 'unauthenticated',
  RequestExpired: 'unauthenticated',
  RequestInTheFuture: 'unauthenticated',
  RequestTimeTooSkewed: 'unauthenticated',
  SignatureDoesNotMatch: 'unauthenticated',
  TokenRefreshRequired: 'unauthenticated',
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
  IDPCommunicationErrorException: 'unavailable',
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

/** The kind of an error answer that no table of a service covers. */
export function kindOfAnswer(code: string, httpStatus = 0): ErrorKind {
  const byCode = Object.hasOwn(KINDS, code) ? KINDS[code] : undefined;
  return byCode ?? kindOfStatus(httpStatus);
}

function kindOfStatus(httpStatus: number): ErrorKind {
  if (httpStatus === 401) return 'unauthenticated';
  if (httpStatus === 403) return 'forbidden';
  if (httpStatus === 429) return 'rate-limited';
  if (httpStatus === 408 || httpStatus >= 500) return 'unavailable';
  return 'unexpected';
}
