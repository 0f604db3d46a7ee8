import type { Observation } from '../../contract/observation.ts';
import { SessionError } from '../../contract/session-error.ts';

/** What was read from the answers to a call, without what depends on when it was read. Texts may name something of the account. */
export function readingOf(answer: unknown): unknown {
  if (typeof answer === 'string') return { id: answer };
  if (Array.isArray(answer)) return answer.map(readingOf);
  if (typeof answer !== 'object' || answer === null) return {};
  if ('observations' in answer) {
    const { observations, next } = answer as { observations: readonly unknown[]; next?: string };
    return { observations: observations.map(readingOf), hasNext: next !== undefined };
  }
  if ('isThere' in answer) return { isThere: answer.isThere };
  return 'nativeState' in answer ? observationReading(answer as Observation) : {};
}

/** What the failure of a call was read as. */
export function failureReading(error: unknown): unknown {
  if (!SessionError.is(error)) return { failed: 'something else' };
  const { kind, retry, effect, native } = error;
  return { failed: kind, retry, effect, ...(native?.code !== undefined && { code: native.code }) };
}

function observationReading({ handle, nativeState, state, acceptsWork, final, sinceMs, details }: Observation): object {
  const { createdAtMs, startedAtMs, endedAtMs, idleTimeoutMs, engineVersion, usage, ownership, name } = details;
  return {
    id: handle.id,
    // The state in the service's word.
    state: nativeState,
    meaning: [state ?? 'unknown', acceptsWork ? 'accepts work' : '', final ? 'final' : ''].filter(Boolean).join(', '),
    times: { sinceMs, createdAtMs, startedAtMs, endedAtMs, idleTimeoutMs },
    releaseLabel: engineVersion,
    usage: usage && Object.fromEntries(Object.entries(usage).filter(([, amount]) => typeof amount === 'number')),
    owner: ownership?.owner,
    token: ownership?.token,
    lifetimeMs: ownership?.lifetimeMs,
    name,
  };
}
