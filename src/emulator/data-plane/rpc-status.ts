import { errorInfo, GRPC_CODES, retryInfo, statusBytes, type RpcCode } from '../grpc-status.ts';

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
