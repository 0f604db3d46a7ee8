import type { ServiceCall } from '../../src/provider-kit/call-runner.ts';
import type { MethodName, Request } from './request.ts';

/** The call of one verb. */
export interface DataprocCall extends ServiceCall {
  /** How long one request may take, milliseconds. */
  readonly timeoutMs: number;
}

/** One open connection to the service. */
export interface Connection {
  call(method: MethodName, request: Request, call: DataprocCall): Promise<unknown>;
  close(): void;
}
