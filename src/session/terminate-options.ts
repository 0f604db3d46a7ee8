import { CALL_CHECKS, type CallOptions } from './call-context.ts';
import { assertOptions, oneOf } from './option-checks.ts';

/**
 * How long it takes at most to end a session when nobody says otherwise, milliseconds: with `wait` to its very end, and without until
 * a service that does not end what it still creates has agreed.
 */
export const END_TIMEOUT_MS = 5 * 60_000;

/** How a session is ended. */
export interface TerminateOptions extends CallOptions {
  /** Resolve only when nothing is held or billed any more; false unless said otherwise. */
  readonly wait?: boolean | undefined;
}

/** @throws SessionError `invalid-request` with a line per problem. */
export function assertTerminateOptions(options: TerminateOptions): void {
  assertOptions('terminate', options, { ...CALL_CHECKS, wait: oneOf(true, false) });
}
