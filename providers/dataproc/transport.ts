import type { MethodName, Request } from './request.ts';

/** How long one call may take. */
export interface CallLimits {
  /** Aborts when the answer is no longer needed, at the latest when the time is over. */
  readonly signal: AbortSignal;
  /** Milliseconds from now. */
  readonly timeoutMs: number;
}

/** One open connection to the service. */
export interface Connection {
  call(method: MethodName, request: Request, limits: CallLimits): Promise<unknown>;
  close(): void;
}
