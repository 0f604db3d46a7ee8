import type { Observation, SessionDetails } from '../contract/observation.ts';
import { parseOwnership } from '../contract/ownership.ts';
import type { SessionState } from '../contract/session-state.ts';
import { toObservation, type ObservationContext } from '../provider-kit/observation.ts';
import { omitUndefined } from '../provider-kit/omit-undefined.ts';
import { defineStates } from '../provider-kit/states.ts';
import type { ScriptedSessionRecord, ScriptedState } from './scripted-session.ts';

const STATES = defineStates<ScriptedState>({
  STARTING: { state: 'creating', final: false },
  IDLE: { state: 'ready', final: false },
  RUNNING: { state: 'busy', final: false },
  // It accepts no more work, and it is billed until it is terminated.
  UNHEALTHY: { state: 'failed', final: false },
  STOPPING: { state: 'terminated', final: false },
  STOPPED: { state: 'terminated', final: true },
  BROKEN: { state: 'failed', final: true },
});

/** The native states of our states. */
export function toNativeStates(states: readonly SessionState[]): readonly string[] {
  return STATES.names.filter((name) => states.some((state) => STATES.facts(name)?.state === state));
}

/** The observation of a record. */
export function fromRecord(
  record: ScriptedSessionRecord,
  { takesWorkWhileBusy, ...context }: ObservationContext & { readonly takesWorkWhileBusy: boolean },
): Observation {
  const { state: nativeState, stateSince, stateReason: reason } = record;
  const known = STATES.facts(nativeState);
  const facts = known?.state === 'busy' ? { ...known, acceptsWork: takesWorkWhileBusy } : known;
  const seen = { service: 'the scripted service', nativeState, facts, sinceMs: toMs(stateSince), reason };
  return toObservation({ ...seen, details: toDetails(record) }, context);
}

function toDetails(record: ScriptedSessionRecord): SessionDetails {
  const { startedAt, endedAt, idleSince, maxLifetimeMinutes } = record;
  return omitUndefined<SessionDetails>({
    name: record.name,
    createdAtMs: toMs(record.createdAt),
    startedAtMs: startedAt && toMs(startedAt),
    endedAtMs: endedAt && toMs(endedAt),
    idleSinceMs: idleSince && toMs(idleSince),
    idleTimeoutMs: record.idleTimeoutMinutes * 60_000,
    maxLifetimeMs: maxLifetimeMinutes && maxLifetimeMinutes * 60_000,
    labels: record.tags,
    engineVersion: 'scripted 1',
    history: record.history.map(({ state: nativeState, since, reason }) => ({
      nativeState,
      sinceMs: toMs(since),
      ...(reason !== undefined && { reason }),
    })),
    ownership: parseOwnership(record.description),
  });
}

/** The service counts seconds with fractions, whose last digits are not exact. */
export function toMs(epochSeconds: number): number {
  return Math.round(epochSeconds * 1000);
}
