import { CredentialsError } from './credentials.ts';

/**
 * How far a call came that failed: no credentials (`credentials`), no connection (`connect`), no answer (`wire`), an answer that
 * is an error or cannot be read (`answer`), or not out of this process (`local`).
 */
export type FailureStage = 'credentials' | 'connect' | 'wire' | 'answer' | 'local';

/** What the SDK threw, read once, in the words of gRPC whichever the transport. */
export interface DataprocFailure {
  readonly stage: FailureStage;
  /** The gRPC code's name, the socket's code, or the name of the error. */
  readonly code: string;
  /** The service's own words; empty where it said nothing that can be read. */
  readonly message: string;
  readonly httpStatus: number | undefined;
  readonly retryAfterMs: number | undefined;
}

/** Google's codes by their gRPC number. @see https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto (read 2026-11-21) */
export const GRPC_CODES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

/** The name of a gRPC code. */
export type GrpcCode = (typeof GRPC_CODES)[number];

/** What an HTTP status stands for where the answer names no code. @see https://cloud.google.com/apis/design/errors#handling_errors (read 2026-11-21) */
const CODES_BY_STATUS: Readonly<Record<number, GrpcCode>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  408: 'DEADLINE_EXCEEDED',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  500: 'INTERNAL',
  501: 'UNIMPLEMENTED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

/** Before any byte of the request was sent. @see https://nodejs.org/api/errors.html#common-system-errors (read 2026-11-20) */
const CONNECT_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
]);

/** What the two transports put on the errors they throw. */
interface SdkError extends Error {
  readonly code?: unknown;
  readonly details?: unknown;
  readonly status?: unknown;
  readonly metadata?: { get?(key: string): readonly unknown[] };
  readonly statusDetails?: unknown;
  readonly response?: { readonly headers?: unknown; readonly config?: { readonly url?: unknown } };
}

/** Reads what the SDK threw. */
export function readFailure(thrown: unknown, nowMs: number): DataprocFailure {
  const error = (thrown instanceof Error ? thrown : new Error(String(thrown))) as SdkError;
  if (error instanceof CredentialsError) return failure('credentials', error.name, { message: error.message });
  const { code } = error;
  if (typeof code === 'number' && code > 0 && code < GRPC_CODES.length && error.response === undefined) {
    return failure('answer', GRPC_CODES[code] ?? 'UNKNOWN', {
      message: typeof error.details === 'string' ? error.details : error.message,
      retryAfterMs: retryDelay(error),
    });
  }
  const httpStatus = Number(error.status ?? (typeof code === 'number' ? code : Number.NaN));
  if (httpStatus >= 100) return readHttpFailure(error, { httpStatus, nowMs });
  // The text of an answer that is no JSON, such as a proxy's page.
  if (error instanceof SyntaxError) return failure('answer', 'unreadable', {});
  if (typeof code === 'string' && code !== '') {
    return failure(CONNECT_CODES.has(code) || isTlsCode(code) ? 'connect' : 'wire', code, { message: error.message });
  }
  const isFetchFailure = error.name === 'FetchError' || error.name === 'AbortError' || error.name === 'GaxiosError';
  return failure(isFetchFailure ? 'wire' : 'local', error.name, { message: error.message });
}

/** The handshake failed: nothing was sent, and trying again does not mend a certificate. */
export function isTlsCode(code: string): boolean {
  return /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_)|_CERT_|^EPROTO$/.test(code);
}

/** Tells whether the service may have acted although the call failed. */
export function mayHaveActed({ stage, code }: DataprocFailure): boolean {
  if (stage === 'wire') return true;
  const ambiguousStartError = [
    'CANCELLED',
    'UNKNOWN',
    'DEADLINE_EXCEEDED',
    'INTERNAL',
    'UNAVAILABLE',
    'DATA_LOSS',
    'unreadable',
  ];
  return stage === 'answer' && ambiguousStartError.includes(code);
}

function readHttpFailure(
  error: SdkError,
  { httpStatus, nowMs }: { readonly httpStatus: number; readonly nowMs: number },
): DataprocFailure {
  const body = readBody(error.message);
  const told = body?.error;
  const retryAfterMs = retryAfter(error.response?.headers, nowMs);
  // The token service answers { error: 'invalid_grant' }: the call itself was never sent.
  if (typeof told === 'string') return failure('credentials', told, { httpStatus, message: told });
  const named = GRPC_CODES.find((name) => name === told?.status);
  const code = named ?? CODES_BY_STATUS[httpStatus] ?? (httpStatus >= 500 ? 'UNKNOWN' : 'FAILED_PRECONDITION');
  return failure('answer', code, {
    httpStatus,
    message: told?.message ?? '',
    retryAfterMs: retryAfterMs ?? delayOf(told?.details),
  });
}

function failure(
  stage: FailureStage,
  code: string,
  rest: Partial<Pick<DataprocFailure, 'message' | 'httpStatus' | 'retryAfterMs'>>,
): DataprocFailure {
  return { stage, code, message: '', httpStatus: undefined, retryAfterMs: undefined, ...rest };
}

interface ErrorBody {
  readonly error?:
    | string
    | {
        readonly status?: string;
        readonly message?: string;
        readonly details?: readonly { readonly retryDelay?: string }[];
      };
}

/** The SDK throws the body's text as the message; sometimes only what stands in it. */
function readBody(text: string): ErrorBody | undefined {
  try {
    const json: unknown = JSON.parse(text);
    const first: unknown = Array.isArray(json) ? json[0] : json;
    return typeof first === 'object' && first !== null ? first : undefined;
  } catch {
    return /^[[{<]/.test(text.trim()) || text === '' ? undefined : { error: { message: text } };
  }
}

function retryAfter(headers: unknown, nowMs: number): number | undefined {
  const text = headers instanceof Headers ? headers.get('retry-after') : undefined;
  if (text === null || text === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  const dateMs = Date.parse(text);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}

/** `RetryInfo` in the JSON of an error. @see https://cloud.google.com/apis/design/errors#error_details (read 2026-11-21) */
function delayOf(details: readonly { readonly retryDelay?: string }[] | undefined): number | undefined {
  const seconds = /^(\d+(?:\.\d+)?)s$/.exec(details?.find(({ retryDelay }) => retryDelay)?.retryDelay ?? '')?.[1];
  return seconds === undefined ? undefined : Math.ceil(Number(seconds) * 1000);
}

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';

/** `RetryInfo` in the trailer of a gRPC error: an Any whose bytes begin with the Duration. */
function retryDelay({ metadata }: SdkError): number | undefined {
  const [bytes] = metadata?.get?.('grpc-status-details-bin') ?? [];
  if (!Buffer.isBuffer(bytes)) return undefined;
  const at = bytes.indexOf(RETRY_INFO);
  return at < 0 ? undefined : readDelay(bytes.subarray(at + RETRY_INFO.length));
}

/** Any.value (2) of RetryInfo.retry_delay (1) of Duration { seconds (1), nanos (2) }, all in the wire form of protobuf. */
function readDelay(bytes: Buffer): number | undefined {
  // 0x12 LEN 0x0a LEN, then the fields of the Duration.
  if (bytes[0] !== 0x12 || bytes[2] !== 0x0a) return undefined;
  const end = 4 + (bytes[3] ?? 0);
  let ms = 0;
  for (let at = 4; at < end;) {
    const field = bytes[at++];
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) break;
    }
    ms += field === 0x08 ? value * 1000 : value / 1e6;
  }
  return Math.ceil(ms);
}
