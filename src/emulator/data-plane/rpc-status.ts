import { encodeMessage } from './wire-message.ts';

/** The gRPC statuses that the data plane answers with. @see https://grpc.io/docs/guides/status-codes/ (read 2026-11-21) */
export const RPC_CODES = {
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

/** The name of one of {@link RPC_CODES}. */
export type RpcCode = keyof typeof RPC_CODES;

/** What Spark adds to an error. */
export interface SparkErrorInfo {
  /** For example `TABLE_OR_VIEW_NOT_FOUND`. */
  readonly errorClass?: string;
  readonly sqlState?: string;
  /** The Java class that a real server would have thrown. */
  readonly javaClass?: string;
  /** Under which a server of 4.0 or later tells more. */
  readonly errorId?: string;
}

/** How a call is to end otherwise than with OK. */
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

  /** An error of Spark: the class stands in the message, and in the details too. */
  static ofSpark(errorClass: string, message: string, more: SparkErrorInfo = {}): RpcStatus {
    return new RpcStatus('INTERNAL', `[${errorClass}] ${message}`, { info: { errorClass, ...more } });
  }

  /** The trailer `grpc-status-details-bin`, when there is more to tell than code and message. */
  get details(): Buffer | undefined {
    const details = [
      ...(this.info === undefined ? [] : [any('ErrorInfo', errorInfo(this.info))]),
      ...(this.#retryAfterMs === undefined ? [] : [any('RetryInfo', retryInfo(this.#retryAfterMs))]),
    ];
    if (details.length === 0) return undefined;
    return Buffer.from(encodeMessage({ 1: BigInt(RPC_CODES[this.code]), 2: this.message, 3: details }));
  }
}

/** @see https://cloud.google.com/apis/design/errors#error_details (read 2026-11-21) */
function any(type: string, value: Uint8Array): Uint8Array {
  return encodeMessage({ 1: `type.googleapis.com/google.rpc.${type}`, 2: value });
}

function errorInfo({ javaClass = 'org.apache.spark.SparkException', ...facts }: SparkErrorInfo): Uint8Array {
  const entries = Object.entries(facts).map(([key, value]) => encodeMessage({ 1: key, 2: value }));
  return encodeMessage({ 1: javaClass, 2: 'org.apache.spark', 3: entries });
}

function retryInfo(ms: number): Uint8Array {
  const delay = encodeMessage({ 1: BigInt(Math.floor(ms / 1000)), 2: BigInt((ms % 1000) * 1_000_000) });
  return encodeMessage({ 1: delay });
}
