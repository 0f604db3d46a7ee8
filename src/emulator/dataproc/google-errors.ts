import { ServiceError } from '../service-error.ts';
import type { CommonErrors } from '../service.ts';

/**
 * The codes that Google's services refuse with: their gRPC number and the HTTP status that stands for it.
 *
 * @see https://cloud.google.com/apis/design/errors#error_codes (read 2026-11-21)
 */
export const GOOGLE_CODES = {
  CANCELLED: { grpc: 1, http: 499 },
  UNKNOWN: { grpc: 2, http: 500 },
  INVALID_ARGUMENT: { grpc: 3, http: 400 },
  DEADLINE_EXCEEDED: { grpc: 4, http: 504 },
  NOT_FOUND: { grpc: 5, http: 404 },
  ALREADY_EXISTS: { grpc: 6, http: 409 },
  PERMISSION_DENIED: { grpc: 7, http: 403 },
  RESOURCE_EXHAUSTED: { grpc: 8, http: 429 },
  FAILED_PRECONDITION: { grpc: 9, http: 400 },
  ABORTED: { grpc: 10, http: 409 },
  OUT_OF_RANGE: { grpc: 11, http: 400 },
  UNIMPLEMENTED: { grpc: 12, http: 501 },
  INTERNAL: { grpc: 13, http: 500 },
  UNAVAILABLE: { grpc: 14, http: 503 },
  UNAUTHENTICATED: { grpc: 16, http: 401 },
} as const;

/** One of Google's error codes. */
export type GoogleCode = keyof typeof GOOGLE_CODES;

/** One of the messages that say more about a refusal, as protobuf's JSON. */
export type ErrorDetail =
  | { readonly '@type': typeof RETRY_INFO; readonly retryDelay: string }
  | {
      readonly '@type': typeof ERROR_INFO;
      readonly reason: string;
      readonly domain: string;
      readonly metadata: Readonly<Record<string, string>>;
    }
  | { readonly '@type': typeof BAD_REQUEST; readonly fieldViolations: readonly FieldViolation[] };

/** What is wrong with one field of a request. */
export interface FieldViolation {
  /** Its path in the words of the protos; absent where the text names it. */
  readonly field?: string;
  readonly description: string;
}

/** The kinds of details. @see https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto (read 2026-11-21) */
export const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';
/** Why, in a word for programs. */
export const ERROR_INFO = 'type.googleapis.com/google.rpc.ErrorInfo';
/** What is wrong with a request. */
export const BAD_REQUEST = 'type.googleapis.com/google.rpc.BadRequest';

/** The reasons that all of Google's services share. @see https://github.com/googleapis/googleapis/blob/master/google/api/error_reason.proto (read 2026-11-21) */
const REASONS: Readonly<Record<string, string>> = {
  RESOURCE_EXHAUSTED: 'RATE_LIMIT_EXCEEDED',
  PERMISSION_DENIED: 'IAM_PERMISSION_DENIED',
  UNAUTHENTICATED: 'CREDENTIALS_MISSING',
};

/** A refusal in Google's terms. */
export function refusal(code: GoogleCode, message: string): ServiceError {
  return new ServiceError(code, GOOGLE_CODES[code].http, message);
}

/** A refusal of one field of a request. */
export function badField(field: string, message: string): ServiceError {
  const { http } = GOOGLE_CODES.INVALID_ARGUMENT;
  return new ServiceError('INVALID_ARGUMENT', http, message, { members: { field } });
}

/** What Google says about a refusal besides its code and message. */
export function detailsOf({ code, message, headers, members }: ServiceError): readonly ErrorDetail[] {
  const pauseMs = headers['x-amz-retry-after'];
  const pause = headers['retry-after'] ?? (pauseMs === undefined ? undefined : String(Number(pauseMs) / 1000));
  const reason = REASONS[code];
  const { field } = members;
  const details: ErrorDetail[] = [];
  if (reason !== undefined) {
    const metadata = { service: 'dataproc.googleapis.com' };
    details.push({ '@type': ERROR_INFO, reason, domain: 'googleapis.com', metadata });
  }
  if (code === 'INVALID_ARGUMENT') {
    const violation = { ...(field !== undefined && { field }), description: message };
    details.push({ '@type': BAD_REQUEST, fieldViolations: [violation] });
  }
  if (pause !== undefined) details.push({ '@type': RETRY_INFO, retryDelay: `${pause}s` });
  return details;
}

/** The gRPC number of a code; 2, unknown, for a word that a fault script made up. */
export function grpcNumber(code: string): number {
  return code in GOOGLE_CODES ? GOOGLE_CODES[code as GoogleCode].grpc : GOOGLE_CODES.UNKNOWN.grpc;
}

/** The errors that every operation shares. */
export const DATAPROC_ERRORS: CommonErrors = {
  unreadable: (message) => refusal('INVALID_ARGUMENT', message),
  invalid: (message) => refusal('INVALID_ARGUMENT', message),
  throttled: () =>
    refusal('RESOURCE_EXHAUSTED', 'Quota exceeded for this quota metric and limit, per minute per region.'),
  internal: () => refusal('INTERNAL', 'Internal error encountered.'),
  badSignature: (_code, message) => refusal('UNAUTHENTICATED', message),
};
