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

/** A refusal in Google's terms. */
export function refusal(code: GoogleCode, message: string): ServiceError {
  return new ServiceError(code, GOOGLE_CODES[code].http, message);
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
