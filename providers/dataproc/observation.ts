import type { Observation, SessionDetails, StateHistoryEntry } from '../../src/contract/observation.ts';
import type { SessionHandle } from '../../src/contract/session-handle.ts';
import type { NativeSession } from './client.ts';
import { toMs } from './native-time.ts';
import { OWNER_LABEL, ownershipOf } from './ownership-labels.ts';
import { isReachable, toSessionNative } from './session-native.ts';
import { toStateName, toStatePoint } from './states.ts';
import { nameOf } from './start-input.ts';

/** Whose session was seen, and when. */
export interface ObservationContext {
  readonly handle: SessionHandle;
  readonly observedAtMs: number;
}

/** A Session of the service, in our terms. */
export function fromSession(session: NativeSession, { handle, observedAtMs }: ObservationContext): Observation {
  const nativeState = toStateName(session.state);
  const point = toStatePoint(nativeState, isReachable(session));
  const sinceMs = toMs(session.stateTime);
  const reason = session.stateMessage || (point?.state === 'failed' ? 'Dataproc gave no reason' : undefined);
  return {
    handle,
    nativeState,
    state: point?.state,
    acceptsWork: point?.state === 'ready',
    final: point?.final ?? false,
    observedAtMs,
    ...(sinceMs !== undefined && { sinceMs }),
    ...(reason !== undefined && { reason }),
    details: toDetails(session, handle.id, point?.final === true ? sinceMs : undefined),
  };
}

/** A state of which nothing more is known. */
export function fromState(nativeState: string, context: ObservationContext, details: SessionDetails = {}): Observation {
  const point = toStatePoint(nativeState, false);
  return { ...context, nativeState, state: point?.state, acceptsWork: false, final: point?.final ?? false, details };
}

/** A session that does not exist, because its start failed. */
export function failedStart(reason: string, context: ObservationContext): Observation {
  return { ...context, nativeState: 'FAILED', state: 'failed', acceptsWork: false, final: true, reason, details: {} };
}

/** A session that the service does not know (any more), once its end was asked for. */
export function notFoundObservation(context: ObservationContext): Observation {
  return {
    ...context,
    nativeState: 'NOT_FOUND',
    state: 'terminated',
    acceptsWork: false,
    final: true,
    reason: 'Dataproc does not know this session (any more)',
    details: {},
  };
}

function toDetails(session: NativeSession, id: string, endedAtMs: number | undefined): SessionDetails {
  const { labels, creator, runtimeConfig, environmentConfig } = session;
  const { [OWNER_LABEL]: owner, ...others } = labels ?? {};
  const ownership = ownershipOf(id, labels);
  const name = nameOf(session);
  const history = toHistory(session);
  const createdAtMs = toMs(session.createTime);
  const startedAtMs = startOf(session, history);
  const idleTimeoutMs = toMs(environmentConfig?.executionConfig?.idleTtl);
  const maxLifetimeMs = toMs(environmentConfig?.executionConfig?.ttl);
  return {
    ...(name !== undefined && { name }),
    ...(creator && { creator }),
    ...(createdAtMs !== undefined && { createdAtMs }),
    ...(startedAtMs !== undefined && { startedAtMs }),
    ...(endedAtMs !== undefined && { endedAtMs }),
    ...(idleTimeoutMs !== undefined && { idleTimeoutMs }),
    ...(maxLifetimeMs !== undefined && { maxLifetimeMs }),
    labels: ownership === undefined && owner !== undefined ? { ...labels } : others,
    ...(runtimeConfig?.version && { engineVersion: runtimeConfig.version }),
    ...(history.length > 0 && { history }),
    ...(ownership !== undefined && { ownership }),
    native: toSessionNative(session),
  };
}

function toHistory({ stateHistory }: NativeSession): readonly StateHistoryEntry[] {
  return (stateHistory ?? []).flatMap(({ state, stateMessage, stateStartTime }) => {
    const sinceMs = toMs(stateStartTime);
    if (sinceMs === undefined) return [];
    return [{ nativeState: toStateName(state), sinceMs, ...(stateMessage && { reason: stateMessage }) }];
  });
}

/** The service has no time of its own for it: a session has started when it first was ACTIVE. */
function startOf(session: NativeSession, history: readonly StateHistoryEntry[]): number | undefined {
  const earlier = history.find(({ nativeState }) => nativeState === 'ACTIVE');
  if (earlier !== undefined) return earlier.sinceMs;
  return toStateName(session.state) === 'ACTIVE' ? toMs(session.stateTime) : undefined;
}
