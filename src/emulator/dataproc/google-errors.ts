import { badRequest, errorInfo, GRPC_CODES, retryInfo, statusBytes, type RpcCode } from '../grpc-status.ts';
import { ServiceError, type CommonErrors } from '../service.ts';

/** The details of a refusal, in protobuf's JSON. @see https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto (read 2026-11-21) */
export type ErrorDetail =
  | { readonly '@type': typeof RETRY_INFO; readonly retryDelay: string }
  | {
      readonly '@type': typeof ERROR_INFO;
      readonly reason: string;
      readonly domain: string;
      readonly metadata: Readonly<Record<string, string>>;
    }
  | {
      readonly '@type': typeof BAD_REQUEST;
      /** `field` is a path in the names of the protos; absent where the description names it. */
      readonly fieldViolations: readonly { readonly field?: string; readonly description: string }[];
    };

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';
const ERROR_INFO = 'type.googleapis.com/google.rpc.ErrorInfo';
const BAD_REQUEST = 'type.googleapis.com/google.rpc.BadRequest';

/** The reasons that all of Google's services share. @see https://github.com/googleapis/googleapis/blob/master/google/api/error_reason.proto (read 2026-11-21) */
const REASONS: Readonly<Record<string, string>> = {
  RESOURCE_EXHAUSTED: 'RATE_LIMIT_EXCEEDED',
  PERMISSION_DENIED: 'IAM_PERMISSION_DENIED',
  UNAUTHENTICATED: 'CREDENTIALS_MISSING',
};

/** A refusal with one of Google's error codes. */
export function refusal(code: RpcCode, message: string): ServiceError {
  return new ServiceError(code, GRPC_CODES[code].http, message);
}

/** A refusal of one field of a request. */
export function badField(field: string, message: string): ServiceError {
  return new ServiceError('INVALID_ARGUMENT', GRPC_CODES.INVALID_ARGUMENT.http, message, { members: { field } });
}

/** The error as `google.rpc.Status` in JSON, with its details. */
export function errorBody(error: ServiceError): object {
  const { code, httpStatus, message } = error;
  const details = detailsOf(error);
  return { code: httpStatus, message, status: code, ...(details.length > 0 && { details }) };
}

/** The details of a refusal in bytes, with its code and message. */
export function statusWithDetails(code: string, message: string, details: readonly ErrorDetail[]): Buffer {
  return statusBytes(
    grpcNumber(code),
    message,
    details.map((detail) => {
      switch (detail['@type']) {
        case RETRY_INFO:
          return retryInfo(Number.parseFloat(detail.retryDelay) * 1000);
        case ERROR_INFO:
          return errorInfo(detail.reason, detail.domain, detail.metadata);
        case BAD_REQUEST:
          return badRequest(detail.fieldViolations);
      }
    }),
  );
}

function detailsOf({ code, message, headers, members }: ServiceError): readonly ErrorDetail[] {
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

/** The gRPC number of a code; 2, unknown, for a code that a fault script made up. */
export function grpcNumber(code: string): number {
  return code in GRPC_CODES ? GRPC_CODES[code as RpcCode].grpc : GRPC_CODES.UNKNOWN.grpc;
}

export const DATAPROC_ERRORS: CommonErrors = {
  unreadable: (message) => refusal('INVALID_ARGUMENT', message),
  invalid: (message) => refusal('INVALID_ARGUMENT', message),
  throttled: () =>
    refusal('RESOURCE_EXHAUSTED', 'Quota exceeded for this quota metric and limit, per minute per region.'),
  internal: () => refusal('INTERNAL', 'Internal error encountered.'),
  badSignature: (_code, message) => refusal('UNAUTHENTICATED', message),
};
