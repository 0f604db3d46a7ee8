import type { Observation, SessionDetails } from '../contract/observation.ts';
import { parseOwnership } from '../contract/ownership.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { SessionState, StatePoint } from '../contract/session-state.ts';
import type { ScriptedSessionRecord, ScriptedState } from './scripted-session.ts';

const STATES: Readonly<Record<ScriptedState, StatePoint>> = {
  STARTING: { state: 'creating', final: false },
  IDLE: { state: 'ready', final: false },
  RUNNING: { state: 'busy', final: false },
  // It accepts no more work, and it is billed until it is terminated.
  UNHEALTHY: { state: 'failed', final: false },
  STOPPING: { state: 'terminated', final: false },
  STOPPED: { state: 'terminated', final: true },
  BROKEN: { state: 'failed', final: true },
};

/** The native states of our states. */
export function toNativeStates(states: readonly SessionState[]): readonly string[] {
  return Object.entries(STATES).flatMap(([native, point]) => (states.includes(point.state) ? [native] : []));
}

/** The observation of a record. */
export function toObservation(
  record: ScriptedSessionRecord,
  seen: { readonly handle: SessionHandle; readonly observedAtMs: number; readonly takesWorkWhileBusy: boolean },
): Observation {
  const { handle, observedAtMs } = seen;
  const { state: nativeState, stateReason: reason } = record;
  const point = Object.hasOwn(STATES, nativeState) ? STATES[nativeState as ScriptedState] : undefined;
  const isBusy = point?.state === 'busy';
  return {
    handle,
    nativeState,
    state: point?.state,
    acceptsWork: point?.state === 'ready' || (isBusy && seen.takesWorkWhileBusy),
    final: point?.final ?? false,
    observedAtMs,
    sinceMs: toMs(record.stateSince),
    ...(reason !== undefined && { reason }),
    ...(isBusy && { busySource: 'service' }),
    details: toDetails(record),
  };
}

/** The observation of a session that the service does not know, after a terminate. */
export function notFoundObservation(handle: SessionHandle, observedAtMs: number): Observation {
  return {
    handle,
    nativeState: 'NoSuchSession',
    state: 'terminated',
    acceptsWork: false,
    final: true,
    observedAtMs,
    reason: 'the service does not know this session (any more)',
    details: {},
  };
}

function toDetails(record: ScriptedSessionRecord): SessionDetails {
  const { name, startedAt, endedAt, idleSince, maxLifetimeMinutes } = record;
  const ownership = parseOwnership(record.description);
  return {
    ...(name !== undefined && { name }),
    createdAtMs: toMs(record.createdAt),
    ...(startedAt !== undefined && { startedAtMs: toMs(startedAt) }),
    ...(endedAt !== undefined && { endedAtMs: toMs(endedAt) }),
    ...(idleSince !== undefined && { idleSinceMs: toMs(idleSince) }),
    idleTimeoutMs: record.idleTimeoutMinutes * 60_000,
    ...(maxLifetimeMinutes !== undefined && { maxLifetimeMs: maxLifetimeMinutes * 60_000 }),
    labels: record.tags,
    engineVersion: 'scripted 1',
    history: record.history.map(({ state: nativeState, since, reason }) => ({
      nativeState,
      sinceMs: toMs(since),
      ...(reason !== undefined && { reason }),
    })),
    ...(ownership && { ownership }),
  };
}

/** The service counts seconds with fractions, whose last digits are not exact. */
export function toMs(epochSeconds: number): number {
  return Math.round(epochSeconds * 1000);
}
