import type { Observation, SessionDetails } from '../contract/observation.ts';
import { parseOwnership } from '../contract/ownership.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { ScriptedSessionRecord } from './scripted-session.ts';
import { toStatePoint } from './scripted-states.ts';

/** What a record says, in our terms. */
export function toObservation(
  record: ScriptedSessionRecord,
  seen: { readonly handle: SessionHandle; readonly observedAtMs: number; readonly takesWorkWhileBusy: boolean },
): Observation {
  const point = toStatePoint(record.state);
  const isBusy = point?.state === 'busy';
  return {
    handle: seen.handle,
    nativeState: record.state,
    state: point?.state,
    acceptsWork: point?.state === 'ready' || (isBusy && seen.takesWorkWhileBusy),
    final: point?.final ?? false,
    observedAtMs: seen.observedAtMs,
    sinceMs: toMs(record.stateSince),
    ...(record.stateReason === undefined ? {} : { reason: record.stateReason }),
    ...(isBusy ? { busySource: 'service' as const } : {}),
    details: toDetails(record),
  };
}

/** What is seen of a session that the service does not know, once its end was asked for. */
export function toGone(seen: { readonly handle: SessionHandle; readonly observedAtMs: number }): Observation {
  return {
    ...seen,
    nativeState: 'NoSuchSession',
    state: 'terminated',
    acceptsWork: false,
    final: true,
    reason: 'the service does not know this session (any more)',
    details: {},
  };
}

function toDetails(record: ScriptedSessionRecord): SessionDetails {
  const ownership = parseOwnership(record.description);
  return {
    ...(record.name === undefined ? {} : { name: record.name }),
    createdAtMs: toMs(record.createdAt),
    ...(record.startedAt === undefined ? {} : { startedAtMs: toMs(record.startedAt) }),
    ...(record.endedAt === undefined ? {} : { endedAtMs: toMs(record.endedAt) }),
    ...(record.idleSince === undefined ? {} : { idleSinceMs: toMs(record.idleSince) }),
    idleTimeoutMs: record.idleTimeoutMinutes * 60_000,
    ...(record.maxLifetimeMinutes === undefined ? {} : { maxLifetimeMs: record.maxLifetimeMinutes * 60_000 }),
    labels: record.tags,
    engineVersion: 'scripted 1',
    history: record.history.map(({ state, since, reason }) => ({
      nativeState: state,
      sinceMs: toMs(since),
      ...(reason === undefined ? {} : { reason }),
    })),
    ...(ownership === undefined ? {} : { ownership }),
  };
}

/** The service counts seconds with fractions, whose last digits are not exact. */
function toMs(epochSeconds: number): number {
  return Math.round(epochSeconds * 1000);
}
