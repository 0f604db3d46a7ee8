import type { Clock } from '../contract/ports.ts';
import type { CallContext } from '../contract/call-context.ts';
import { patience, signal, type Checks } from './option-checks.ts';

/** What a caller of one verb may say. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds from now; the deadline layer's budget applies when it is absent. */
  readonly timeoutMs?: number | undefined;
}

/** What any verb of the facade may be told. */
export const CALL_CHECKS: Checks<CallOptions> = { signal, timeoutMs: patience };

/** Aborts never: for callers that gave no signal. */
const NEVER_ABORTED = new AbortController().signal;

/** Makes the context of one call. */
export function callContext(clock: Clock, options: CallOptions = {}): CallContext {
  const { timeoutMs } = options;
  return {
    signal: options.signal ?? NEVER_ABORTED,
    deadline: timeoutMs === undefined ? Number.POSITIVE_INFINITY : clock.monotonicMs() + timeoutMs,
    attempt: 1,
  };
}
