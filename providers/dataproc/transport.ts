import type { ServiceCall } from '../../src/provider-kit/call-runner.ts';
import type { MethodName, Request } from './request.ts';

/** The call of one verb. */
export interface DataprocCall extends ServiceCall {
  /** How long one request may take, milliseconds. */
  readonly timeoutMs: number;
}

/** The credentials of a request. */
export interface Bearer {
  /** Hold the secret; empty for an emulator. */
  readonly headers: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly expiresAtMs: number;
}

/** One open connection to the service. */
export interface Connection {
  call(method: MethodName, request: Request, call: DataprocCall): Promise<unknown>;
  close(): void;
}

/** A connection, and the credentials that it uses. */
export interface AuthorizedConnection extends Connection {
  /** A token that is valid now, for the sessions themselves. @throws CredentialsError */
  bearer(): Promise<Bearer>;
}
