import {
  isProxyStatus,
  networkStage,
  readRetryAfter,
  type FailureStage,
} from '../../src/provider-kit/network-failure.ts';
import type { ServiceFailure } from '../../src/provider-kit/service-failure.ts';
import { readClientFailure } from '../../src/provider-kit/grpc-failure.ts';
import { CredentialsError } from './credentials-error.ts';

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

/** The code of an HTTP status, for answers without a code. @see https://cloud.google.com/apis/design/errors#handling_errors (read 2026-11-21) */
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

/** The members of the errors of both transports. */
interface SdkError extends Error {
  readonly code?: unknown;
  readonly details?: unknown;
  readonly status?: unknown;
  readonly type?: unknown;
  readonly metadata?: { get?(key: string): readonly unknown[] };
  readonly response?: { readonly headers?: unknown };
}

/** Reads what the SDK threw, in gRPC codes for both transports. */
export function readFailure(thrown: unknown, nowMs: number): ServiceFailure {
  const error = (thrown instanceof Error ? thrown : new Error(String(thrown))) as SdkError;
  if (error instanceof CredentialsError) return error.failure;
  const { code } = error;
  if (typeof code === 'number' && code > 0 && code < GRPC_CODES.length && error.response === undefined) {
    return readGrpcFailure(error, GRPC_CODES[code] ?? 'UNKNOWN');
  }
  const httpStatus = Number(error.status ?? (typeof code === 'number' ? code : Number.NaN));
  if (httpStatus >= 100) return readHttpFailure(error, { httpStatus, nowMs });
  // The limit that the connection over REST sets.
  if (error.type === 'max-size') return failure('answer', 'MESSAGE_TOO_LARGE', { message: error.message });
  // The answer is not JSON, such as a proxy's page.
  if (error instanceof SyntaxError) return failure('answer', 'unreadable', {});
  if (typeof code === 'string' && code !== '') return failure(networkStage(code), code, { message: error.message });
  const isFetchFailure = error.name === 'FetchError' || error.name === 'AbortError' || error.name === 'GaxiosError';
  return failure(isFetchFailure ? 'wire' : 'local', error.name, { message: error.message });
}

function readGrpcFailure(error: SdkError, code: GrpcCode): ServiceFailure {
  const message = typeof error.details === 'string' ? error.details : error.message;
  const own = readClientFailure(message);
  if (own !== undefined) {
    const { what, ...rest } = own;
    return { stage: what === 'connect' ? 'connect' : 'answer', ...rest };
  }
  const status = /^Received HTTP status code (\d+)$/.exec(message)?.[1];
  const page = status === undefined ? undefined : readPage(Number(status));
  return page ?? failure('answer', code, { message, retryAfterMs: retryDelay(error) });
}

/** The answer of a proxy or a firewall in front of Dataproc, by its HTTP status; `undefined` for a status that Dataproc may give too. */
function readPage(httpStatus: number): ServiceFailure | undefined {
  if (!isProxyStatus(httpStatus)) return undefined;
  const message = 'a proxy or a firewall answered with a web page';
  return failure('connect', `PROXY_${httpStatus}`, { httpStatus, message });
}

/** The answers after which nobody knows whether the service has acted. */
const AMBIGUOUS_CODES: readonly string[] = [
  'CANCELLED',
  'UNKNOWN',
  'DEADLINE_EXCEEDED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'MESSAGE_TOO_LARGE',
  'unreadable',
];

/** Whether the service may have acted although the call failed. */
export function mayHaveActed({ stage, code }: ServiceFailure): boolean {
  return stage === 'wire' || (stage === 'answer' && AMBIGUOUS_CODES.includes(code));
}

function readHttpFailure(
  error: SdkError,
  { httpStatus, nowMs }: { readonly httpStatus: number; readonly nowMs: number },
): ServiceFailure {
  const page = isPage(error) ? readPage(httpStatus) : undefined;
  if (page !== undefined) return page;
  const reported = readBody(error.message)?.error;
  const { headers } = error.response ?? {};
  const retryAfterMs = readRetryAfter(headers instanceof Headers ? headers.get('retry-after') : undefined, nowMs);
  // The token service answers { error: 'invalid_grant' }: the call itself was never sent.
  if (typeof reported === 'string') return failure('credentials', reported, { httpStatus, message: reported });
  const named = GRPC_CODES.find((name) => name === reported?.status);
  const code = named ?? CODES_BY_STATUS[httpStatus] ?? (httpStatus >= 500 ? 'UNKNOWN' : 'FAILED_PRECONDITION');
  return failure('answer', code, {
    httpStatus,
    message: reported?.message ?? '',
    retryAfterMs: retryAfterMs ?? delayOf(reported?.details),
  });
}

/** Whether the body is a web page and not JSON. */
function isPage({ message, response }: SdkError): boolean {
  const { headers } = response ?? {};
  const type = headers instanceof Headers ? headers.get('content-type') : undefined;
  return type?.startsWith('text/html') === true || /^\s*</.test(message);
}

function failure(
  stage: FailureStage,
  code: string,
  rest: Partial<Pick<ServiceFailure, 'message' | 'httpStatus' | 'retryAfterMs'>>,
): ServiceFailure {
  return { stage, code, message: '', ...rest };
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

/** The SDK throws the body's text as the message; sometimes only the message inside it. */
function readBody(text: string): ErrorBody | undefined {
  try {
    const json: unknown = JSON.parse(text);
    const first: unknown = Array.isArray(json) ? json[0] : json;
    return typeof first === 'object' && first !== null ? first : undefined;
  } catch {
    return /^[[{<]/.test(text.trim()) || text === '' ? undefined : { error: { message: text } };
  }
}

/** `RetryInfo` in the JSON of an error. @see https://cloud.google.com/apis/design/errors#error_details (read 2026-11-21) */
function delayOf(details: readonly { readonly retryDelay?: string }[] | undefined): number | undefined {
  const seconds = /^(\d+(?:\.\d+)?)s$/.exec(details?.find(({ retryDelay }) => retryDelay)?.retryDelay ?? '')?.[1];
  return seconds === undefined ? undefined : Math.ceil(Number(seconds) * 1000);
}

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';

/** `RetryInfo` in the trailer of a gRPC error: an Any whose bytes begin with the Duration. */
export function retryDelay({ metadata }: Pick<SdkError, 'metadata'>): number | undefined {
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
