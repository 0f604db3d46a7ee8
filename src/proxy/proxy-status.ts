import type { Metadata } from '@grpc/grpc-js';
import type { ErrorKind } from '../contract/error-kinds.ts';
import { SessionError } from '../contract/session-error.ts';
import type { ConnectEndpoint } from '../contract/session-provider.ts';
import { secretsOf } from '../provider-kit/secret-concealer.ts';
import { RpcFailure, STATUS } from '../spark-connect/rpc-failure.ts';

/** The status that ends a client's call. */
export interface ProxyStatus {
  readonly code: number;
  readonly details: string;
  readonly metadata?: Metadata | undefined;
}

/**
 * The status for each kind of error where it is not FAILED_PRECONDITION. Never UNAVAILABLE: PySpark repeats that for ten minutes.
 */
const BY_KIND: Partial<Record<ErrorKind, number>> = {
  aborted: STATUS.CANCELLED,
  unauthenticated: STATUS.UNAUTHENTICATED,
  forbidden: STATUS.PERMISSION_DENIED,
  'quota-exceeded': STATUS.RESOURCE_EXHAUSTED,
  internal: STATUS.INTERNAL,
};

/** Ends a call of a client with a status of the proxy. */
export class Refusal extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** The status for what ended a call. */
export function toProxyStatus(error: unknown): ProxyStatus {
  if (error instanceof RpcFailure) return { code: error.code, details: error.message, metadata: error.trailers };
  if (error instanceof Refusal) return { code: error.code, details: error.message };
  if (SessionError.is(error)) {
    return { code: BY_KIND[error.kind] ?? STATUS.FAILED_PRECONDITION, details: `anysession: ${error.message}` };
  }
  return {
    code: STATUS.INTERNAL,
    details: `The proxy failed: ${error instanceof Error ? error.message : String(error)}`,
  };
}

/** What a server sent, without the entries that repeat the token of the proxy. */
export function withoutSecrets(
  metadata: Metadata | undefined,
  endpoint: Pick<ConnectEndpoint, 'metadata'>,
): Metadata | undefined {
  const secrets = secretsOf(endpoint.metadata).filter((secret) => secret !== '');
  const copy = metadata?.clone();
  for (const key of Object.keys(copy?.getMap() ?? {})) {
    const values = (copy?.get(key) ?? []).map((value) => Buffer.from(value));
    if (secrets.some((secret) => values.some((value) => value.includes(secret)))) copy?.remove(key);
  }
  return copy;
}
