import type { Observation, SessionDetails, StateHistoryEntry } from '../../src/contract/observation.ts';
import { omitUndefined } from '../../src/provider-kit/omit-undefined.ts';
import { toObservation, type ObservationContext } from '../../src/provider-kit/observation.ts';
import type { NativeSession } from './client.ts';
import { consoleUrlOf } from './logs.ts';
import { toMs } from './native-time.ts';
import { LIFETIME_LABEL, OWNER_LABEL, ownershipOf } from '../../src/provider-kit/ownership-labels.ts';
import { isQuotaText } from './quota.ts';
import { isReachable, toSessionNative } from './session-native.ts';
import { DATAPROC_STATES, toStateFacts, toStateName } from './states.ts';
import { nameOf } from './start-input.ts';
import { usageOf } from './usage.ts';

const SERVICE = 'Dataproc';

/** Makes an observation of a Session resource. */
export function fromSession(session: NativeSession, context: ObservationContext): Observation {
  const nativeState = toStateName(session.state);
  const facts = toStateFacts(nativeState, isReachable(session));
  const sinceMs = toMs(session.stateTime);
  const reason = session.stateMessage || undefined;
  const details = toDetails(session, context, facts?.final === true ? sinceMs : undefined);
  const failureKind = quotaKind(reason);
  return toObservation({ service: SERVICE, nativeState, facts, sinceMs, reason, failureKind, details }, context);
}

/** Makes an observation of a state alone. */
export function fromState(nativeState: string, context: ObservationContext, details: SessionDetails = {}): Observation {
  return toObservation({ service: SERVICE, nativeState, facts: toStateFacts(nativeState, false), details }, context);
}

/** A session that does not exist, because its start failed. */
export function failedStart(reason: string, context: ObservationContext): Observation {
  const nativeState = 'FAILED';
  const facts = DATAPROC_STATES.facts(nativeState);
  return toObservation({ service: SERVICE, nativeState, facts, reason, failureKind: quotaKind(reason) }, context);
}

function quotaKind(reason: string | undefined): Observation['failureKind'] {
  return reason !== undefined && isQuotaText(reason) ? 'quota-exceeded' : undefined;
}

function toDetails(
  session: NativeSession,
  { handle, observedAtMs, serviceTimeMs = observedAtMs }: ObservationContext,
  endedAtMs: number | undefined,
): SessionDetails {
  const { labels, creator, runtimeConfig, environmentConfig } = session;
  const { [OWNER_LABEL]: _owner, [LIFETIME_LABEL]: _lifetime, ...others } = labels ?? {};
  const ownership = ownershipOf(handle.id, labels);
  const history = toHistory(session);
  const createdAtMs = toMs(session.createTime);
  const ageMs = createdAtMs && serviceTimeMs - createdAtMs;
  return omitUndefined<SessionDetails>({
    name: nameOf(session),
    creator: creator || undefined,
    createdAtMs,
    startedAtMs: startOf(session, history),
    endedAtMs,
    idleTimeoutMs: toMs(environmentConfig?.executionConfig?.idleTtl),
    maxLifetimeMs: toMs(environmentConfig?.executionConfig?.ttl),
    labels: ownership === undefined ? { ...labels } : others,
    engineVersion: runtimeConfig?.version || undefined,
    history: history.length > 0 ? history : undefined,
    usage: usageOf(session.runtimeInfo, { ended: endedAtMs !== undefined, ageMs }),
    ownership,
    consoleUrl: consoleUrlOf(handle),
    native: toSessionNative(session),
  });
}

function toHistory({ stateHistory }: NativeSession): readonly StateHistoryEntry[] {
  return (stateHistory ?? []).flatMap(({ state, stateMessage, stateStartTime }) => {
    const sinceMs = toMs(stateStartTime);
    if (sinceMs === undefined) return [];
    return [{ nativeState: toStateName(state), sinceMs, ...(stateMessage && { reason: stateMessage }) }];
  });
}

/** The service reports no start time: a session has started when it first was ACTIVE. */
function startOf(session: NativeSession, history: readonly StateHistoryEntry[]): number | undefined {
  const earlier = history.find(({ nativeState }) => nativeState === 'ACTIVE');
  if (earlier !== undefined) return earlier.sinceMs;
  return toStateName(session.state) === 'ACTIVE' ? toMs(session.stateTime) : undefined;
}
