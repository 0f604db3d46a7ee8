import { fromBinary } from '@bufbuild/protobuf';
import type { Metadata, StatusObject } from '@grpc/grpc-js';
import { readClientFailure, type ClientFailure } from '../provider-kit/grpc-failure.ts';
import type { Concealer } from '../provider-kit/secret-concealer.ts';
import { ErrorInfoSchema, RetryInfoSchema, StatusSchema } from './wire/spark-connect_pb.ts';

/** gRPC status codes. @see https://grpc.io/docs/guides/status-codes/ (read 2026-11-21) */
export const STATUS = Object.freeze({
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
});

/** The name of a status code, such as `UNAVAILABLE`. */
export function nameOfStatus(code: number): string {
  return Object.entries(STATUS).find(([, value]) => value === code)?.[0] ?? `status ${code}`;
}

/** The statuses of what a server answers to the request for a WebSocket, by the code of the failure; others mean UNAVAILABLE. */
const TUNNEL_REFUSALS: Readonly<Record<string, number | undefined>> = {
  TUNNEL_401: STATUS.UNAUTHENTICATED,
  TUNNEL_403: STATUS.PERMISSION_DENIED,
  TUNNEL_429: STATUS.RESOURCE_EXHAUSTED,
};

/** The pause after 429, milliseconds. */
const OVERLOAD_PAUSE_MS = 1000;

/** The trailer with the details of a status. */
const DETAILS_KEY = 'grpc-status-details-bin';

/** Spark's details of a status. */
export interface SparkErrorInfo {
  /** The Java class that was thrown, such as `org.apache.spark.sql.AnalysisException`. */
  readonly javaClass: string;
  readonly errorClass?: string;
  readonly sqlState?: string;
  /** The server keeps the whole error under this id for a short while. */
  readonly errorId?: string;
  readonly messageParameters?: Readonly<Record<string, string>>;
}

/** A call that did not end with OK. It stays inside this folder; users get a SessionError. */
export class RpcFailure extends Error {
  readonly code: number;
  readonly spark: SparkErrorInfo | undefined;
  /** How long the server asks to wait, milliseconds. */
  readonly retryDelayMs: number | undefined;
  /** Whether the server sent nothing at all, so that another connection may help. */
  readonly isSilence: boolean;
  /** Whether a WebSocket could not be opened. Its channel repeats that for a second without asking again. */
  readonly isRefusedTunnel: boolean;
  /** What the server sent with the status, as it is. It may repeat a secret. */
  trailers: Metadata | undefined;

  constructor(
    code: number,
    message: string,
    details: { spark?: SparkErrorInfo; retryDelayMs?: number; isSilence?: boolean; isRefusedTunnel?: boolean } = {},
  ) {
    super(message);
    this.code = code;
    this.spark = details.spark;
    this.retryDelayMs = details.retryDelayMs;
    this.isSilence = details.isSilence ?? false;
    this.isRefusedTunnel = details.isRefusedTunnel ?? false;
  }

  /** The server has sent nothing for a while. */
  static silence(why: string): RpcFailure {
    return new RpcFailure(STATUS.UNAVAILABLE, why, { isSilence: true });
  }

  /** Reads the status of a call and its details. `conceal` removes the call's secrets from both. */
  static of({ code, details, metadata }: StatusObject, conceal: Concealer): RpcFailure {
    const message = conceal(details);
    const failure = RpcFailure.#ofTunnel(message) ?? new RpcFailure(code, message, detailsOf(metadata, conceal));
    failure.trailers = metadata;
    return failure;
  }

  /** A WebSocket that could not be opened: the server may have answered, although gRPC has no connection. */
  static #ofTunnel(details: string): RpcFailure | undefined {
    const client = readClientFailure(details);
    if (client?.code === 'TUNNEL_TIMEOUT') return RpcFailure.silence(client.message);
    if (client === undefined || !/^TUNNEL_(?:\d+|BROKEN)$/.test(client.code)) return undefined;
    return new RpcFailure(TUNNEL_REFUSALS[client.code] ?? STATUS.UNAVAILABLE, client.message, {
      isRefusedTunnel: true,
      ...(client.code === 'TUNNEL_429' && { retryDelayMs: OVERLOAD_PAUSE_MS }),
    });
  }

  /** What gRPC reports about itself; `undefined` for an answer of the server. */
  get client(): ClientFailure | undefined {
    return this.spark === undefined ? readClientFailure(this.message) : undefined;
  }

  /** Spark's error class; from the message where the details are missing. Messages of 3.5 begin with an empty line. */
  get errorClass(): string | undefined {
    return this.spark?.errorClass ?? /^\s*\[([A-Z][A-Z0-9_.]+)\]/.exec(this.message)?.[1];
  }
}

function detailsOf(metadata: Metadata, conceal: Concealer): ReturnType<typeof readDetails> {
  const [trailer] = metadata.get(DETAILS_KEY);
  if (!(trailer instanceof Uint8Array)) return {};
  try {
    return conceal(readDetails(trailer));
  } catch {
    // The status itself is readable without its details.
    return {};
  }
}

function readDetails(trailer: Uint8Array): { spark?: SparkErrorInfo; retryDelayMs?: number } {
  const found: { spark?: SparkErrorInfo; retryDelayMs?: number } = {};
  for (const { typeUrl, value } of fromBinary(StatusSchema, trailer).details) {
    if (typeUrl.endsWith('/google.rpc.ErrorInfo')) found.spark = readErrorInfo(value);
    if (typeUrl.endsWith('/google.rpc.RetryInfo')) {
      const delay = fromBinary(RetryInfoSchema, value).retryDelay;
      found.retryDelayMs = Number(delay?.seconds ?? 0n) * 1000 + Math.ceil((delay?.nanos ?? 0) / 1_000_000);
    }
  }
  return found;
}

function readErrorInfo(value: Uint8Array): SparkErrorInfo {
  const { reason, metadata } = fromBinary(ErrorInfoSchema, value);
  const { errorClass, sqlState, errorId, messageParameters } = metadata as Readonly<Record<string, string | undefined>>;
  const parameters = parseParameters(messageParameters);
  return {
    javaClass: reason,
    ...(errorClass && { errorClass }),
    ...(sqlState && { sqlState }),
    ...(errorId && { errorId }),
    ...(parameters && { messageParameters: parameters }),
  };
}

function parseParameters(text: string | undefined): Readonly<Record<string, string>> | undefined {
  if (!text) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return Object.fromEntries(Object.entries(value).map(([name, parameter]) => [name, String(parameter)]));
  } catch {
    return undefined;
  }
}
