import { CALL_CHECKS, type CallOptions } from './call-context.ts';
import { assertOptions, flag } from './option-checks.ts';

/**
 * Default limit for ending a session, milliseconds. Without `wait` it covers the time until the service accepts the request,
 * because some services refuse to end a session that is still being created.
 */
export const END_TIMEOUT_MS = 5 * 60_000;

/** Options of a terminate. */
export interface TerminateOptions extends CallOptions {
  /** Resolve only when the session has ended and nothing is billed. Default: false. */
  readonly wait?: boolean | undefined;
}

/** @throws SessionError `invalid-request` with one line per problem. */
export function assertTerminateOptions(options: TerminateOptions): void {
  assertOptions('terminate', options, { ...CALL_CHECKS, wait: flag });
}
