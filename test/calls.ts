import type { CallContext, StartRequest } from '../src/provider-kit/index.ts';

/** The context of a call that nobody limits. */
export function unlimitedCall(changes: Partial<CallContext> = {}): CallContext {
  return { signal: new AbortController().signal, deadline: Number.POSITIVE_INFINITY, attempt: 1, ...changes };
}

let tokens = 0;

/** A start request with a new token. */
export function startRequest(changes: Partial<StartRequest> = {}): StartRequest {
  const token = `as-${String(++tokens).padStart(28, '0')}-0`;
  return { owner: 'tests', token, idleTimeoutMs: 600_000, labels: {}, ...changes };
}
