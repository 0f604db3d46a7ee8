import type { Observation } from '../contract/observation.ts';
import { assertHandleScope } from '../provider-kit/handle-scope.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import { parseHandle } from '../contract/parse-handle.ts';
import { callContext, type CallOptions } from './call-context.ts';
import { signalWithTimeout } from '../provider-kit/signal-with-timeout.ts';
import { findLatestGeneration, type SearchedPlace } from './latest-generation.ts';
import { assertValue, text } from './option-checks.ts';

/** The session to attach to: its handle, the handle as JSON text, or the key it was started with. */
export type AttachTarget = SessionHandle | string | { readonly key: string };

/**
 * Describes the session that the target names.
 * @throws SessionError `invalid-request` for a malformed target or one of another scope, `not-found`, `timeout`, `aborted`.
 */
export async function findTarget(
  place: SearchedPlace,
  target: AttachTarget,
  options: CallOptions,
): Promise<Observation> {
  if (hasKey(target)) return findByKey(place, target.key, options);
  const { provider, clock } = place;
  const handle = parseHandle(target);
  assertHandleScope(provider, handle, 'attach');
  return provider.describe(handle, callContext(clock, options));
}

function hasKey(target: unknown): target is { readonly key: string } {
  if (typeof target !== 'object' || target === null || !('key' in target)) return false;
  assertValue('attach', 'key', target.key, text(512));
  return true;
}

/** The latest generation of a key. `timeoutMs` covers all pages of the list together. */
async function findByKey({ provider, clock }: SearchedPlace, key: string, options: CallOptions): Promise<Observation> {
  const { signal, timeoutMs = Number.POSITIVE_INFINITY } = options;
  const refusal = (kind: 'not-found' | 'timeout', message: string): SessionError =>
    new SessionError(kind, message, { operation: 'attach', provider: provider.id });
  const timeoutError = (): SessionError =>
    refusal('timeout', `listing sessions to find key '${key}' took longer than ${timeoutMs} ms; raise timeoutMs`);
  const limit = signalWithTimeout(clock, { operation: 'attach', signal, timeoutMs, timeoutError });
  try {
    const latest = await findLatestGeneration({ provider, clock }, key, { signal: limit.signal });
    if (latest !== undefined) return latest;
  } finally {
    limit.release();
  }
  throw refusal('not-found', `no live session in '${provider.scope}' has key '${key}'; start one with this key`);
}
