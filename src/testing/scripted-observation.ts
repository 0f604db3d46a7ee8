import type { Observation, SessionDetails } from '../contract/observation.ts';
import { parseOwnership } from '../contract/ownership.ts';
import { toObservation, type ObservationContext } from '../provider-kit/observation.ts';
import { omitUndefined } from '../provider-kit/omit-undefined.ts';
import type { ScriptedSessionRecord } from './scripted-session.ts';
import { SCRIPTED_STATES } from './scripted-states.ts';

/** Makes an observation of a record. */
export function fromRecord(
  record: ScriptedSessionRecord,
  { takesWorkWhileBusy, ...context }: ObservationContext & { readonly takesWorkWhileBusy: boolean },
): Observation {
  const { state: nativeState, stateSince, stateReason: reason } = record;
  const known = SCRIPTED_STATES.facts(nativeState);
  const facts = known?.state === 'busy' ? { ...known, acceptsWork: takesWorkWhileBusy } : known;
  const seen = { service: 'the scripted service', nativeState, facts, sinceMs: toMs(stateSince), reason };
  return toObservation({ ...seen, details: toDetails(record) }, context);
}

function toDetails(record: ScriptedSessionRecord): SessionDetails {
  const { idleTimeoutMinutes, maxLifetimeMinutes } = record;
  return omitUndefined<SessionDetails>({
    name: record.name,
    createdAtMs: toMs(record.createdAt),
    startedAtMs: toMs(record.startedAt),
    endedAtMs: toMs(record.endedAt),
    idleSinceMs: toMs(record.idleSince),
    idleTimeoutMs: idleTimeoutMinutes * 60_000,
    maxLifetimeMs: maxLifetimeMinutes === undefined ? undefined : maxLifetimeMinutes * 60_000,
    labels: record.tags,
    engineVersion: 'scripted 1',
    history: record.history.map(({ state, since, reason }) => ({
      nativeState: state,
      sinceMs: Math.round(since * 1000),
      ...(reason === undefined ? {} : { reason }),
    })),
    ownership: parseOwnership(record.description),
  });
}

/** The service counts seconds with fractions, whose last digits are inexact. */
function toMs(epochSeconds: number | undefined): number | undefined {
  return epochSeconds === undefined ? undefined : Math.round(epochSeconds * 1000);
}
