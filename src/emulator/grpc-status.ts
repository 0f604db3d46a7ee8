import { encodeMessage } from './data-plane/wire-message.ts';

/**
 * The error codes of gRPC, and the HTTP status that Google's services use for each.
 *
 * @see https://cloud.google.com/apis/design/errors#error_codes (read 2026-11-21)
 */
export const GRPC_CODES = {
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

/** The name of one of {@link GRPC_CODES}. */
export type RpcCode = keyof typeof GRPC_CODES;

/** `google.rpc.Status` in bytes. @see https://cloud.google.com/apis/design/errors#error_model (read 2026-11-21) */
export function statusBytes(code: number, message: string, details: readonly Uint8Array[]): Buffer {
  return Buffer.from(encodeMessage({ 1: BigInt(code), 2: message, 3: details }));
}

/** The detail `ErrorInfo`. @see https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto (read 2026-11-21) */
export function errorInfo(reason: string, domain: string, metadata: Readonly<Record<string, string>>): Uint8Array {
  const entries = Object.entries(metadata).map(([key, value]) => encodeMessage({ 1: key, 2: value }));
  return detail('ErrorInfo', encodeMessage({ 1: reason, 2: domain, 3: entries }));
}

/** The detail `RetryInfo`. */
export function retryInfo(delayMs: number): Uint8Array {
  const seconds = BigInt(Math.floor(delayMs / 1000));
  const nanos = BigInt(Math.round((delayMs % 1000) * 1_000_000));
  return detail('RetryInfo', encodeMessage({ 1: encodeMessage({ 1: seconds, 2: nanos }) }));
}

/** The detail `BadRequest`. */
export function badRequest(
  violations: readonly { readonly field?: string; readonly description: string }[],
): Uint8Array {
  const fields = violations.map(({ field = '', description }) => encodeMessage({ 1: field, 2: description }));
  return detail('BadRequest', encodeMessage({ 1: fields }));
}

/** `google.protobuf.Any` in bytes. */
function detail(type: string, value: Uint8Array): Uint8Array {
  return encodeMessage({ 1: `type.googleapis.com/google.rpc.${type}`, 2: value });
}

/** What Spark adds to an error. */
export interface SparkErrorInfo {
  /** For example `TABLE_OR_VIEW_NOT_FOUND`. */
  readonly errorClass?: string;
  readonly sqlState?: string;
  /** The Java class that a real server would have thrown. */
  readonly javaClass?: string;
  /** The id under which a server of 4.0 or later has more details. */
  readonly errorId?: string;
}

/** The error status of a call. */
export class RpcStatus extends Error {
  override readonly name = 'RpcStatus';
  readonly code: RpcCode;
  readonly info: SparkErrorInfo | undefined;
  readonly #retryAfterMs: number | undefined;

  constructor(
    code: RpcCode,
    message: string,
    { info, retryAfterMs }: { readonly info?: SparkErrorInfo; readonly retryAfterMs?: number | undefined } = {},
  ) {
    super(message);
    this.code = code;
    this.info = info;
    this.#retryAfterMs = retryAfterMs;
  }

  /** An error of Spark, with its class in the message and in the details. */
  static ofSpark(errorClass: string, message: string, more: SparkErrorInfo = {}): RpcStatus {
    return new RpcStatus('INTERNAL', `[${errorClass}] ${message}`, { info: { errorClass, ...more } });
  }

  /** The trailer `grpc-status-details-bin`, when there is more than code and message. */
  get details(): Buffer | undefined {
    const details: Uint8Array[] = [];
    if (this.info !== undefined) {
      const { javaClass = 'org.apache.spark.SparkException', ...metadata } = this.info;
      details.push(errorInfo(javaClass, 'org.apache.spark', metadata));
    }
    if (this.#retryAfterMs !== undefined) details.push(retryInfo(this.#retryAfterMs));
    return details.length === 0 ? undefined : statusBytes(GRPC_CODES[this.code].grpc, this.message, details);
  }
}
