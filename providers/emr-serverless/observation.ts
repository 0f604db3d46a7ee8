import type { Session, SessionSummary } from '@aws-sdk/client-emr-serverless';
import type { Observation, SessionDetails, SessionUsage } from '../../src/contract/observation.ts';
import type { SessionHandle } from '../../src/contract/session-handle.ts';
import { parseOwnershipTag } from '../../src/provider-kit/ownership-tag.ts';
import { toStateFacts } from './states.ts';

const MINUTE_MS = 60_000;

/** Whose session was seen, and when. */
export interface ObservationContext {
  readonly handle: SessionHandle;
  readonly observedAtMs: number;
}

/** What GetSession answers, in our terms. */
export function fromSession(session: Session, context: ObservationContext): Observation {
  const { idleTimeoutMinutes, tags } = session;
  const startedAtMs = toMs(session.startedAt);
  const endedAtMs = toMs(session.endedAt);
  const idleSinceMs = toMs(session.idleSince);
  const usage = toUsage(session);
  return observe(session, context, {
    ...toDetails(session),
    ...(startedAtMs !== undefined && { startedAtMs }),
    ...(endedAtMs !== undefined && { endedAtMs }),
    ...(idleSinceMs !== undefined && { idleSinceMs }),
    ...(idleTimeoutMinutes !== undefined && { idleTimeoutMs: idleTimeoutMinutes * MINUTE_MS }),
    ...(tags !== undefined && { labels: { ...tags } }),
    ...(usage !== undefined && { usage }),
  });
}

/** One entry of ListSessions, in our terms. */
export function fromSummary(summary: SessionSummary, context: ObservationContext): Observation {
  return observe(summary, context, toDetails(summary));
}

/** A state of which nothing more is known. */
export function fromState(state: string, context: ObservationContext, details: SessionDetails = {}): Observation {
  return observe({ state, stateDetails: undefined }, context, details);
}

/** A session that the service does not know (any more), once its end was asked for. */
export function notFoundObservation({ handle, observedAtMs }: ObservationContext): Observation {
  return {
    handle,
    observedAtMs,
    nativeState: 'NOT_FOUND',
    state: 'terminated',
    acceptsWork: false,
    final: true,
    reason: 'EMR Serverless does not know this session (any more)',
    details: {},
  };
}

function observe(
  { state, stateDetails }: { readonly state: string | undefined; readonly stateDetails: string | undefined },
  { handle, observedAtMs }: ObservationContext,
  details: SessionDetails,
): Observation {
  const nativeState = state ?? '';
  const facts = toStateFacts(nativeState);
  const { createdAtMs, idleSinceMs, endedAtMs } = details;
  const sinceMs = endedAtMs ?? idleSinceMs ?? (nativeState === 'SUBMITTED' ? createdAtMs : undefined);
  const reason = stateDetails ?? (facts?.state === 'failed' ? 'EMR Serverless gave no reason' : undefined);
  return {
    handle,
    nativeState,
    state: facts?.state,
    acceptsWork: facts?.acceptsWork ?? false,
    final: facts?.final ?? false,
    observedAtMs,
    ...(sinceMs !== undefined && { sinceMs }),
    ...(reason !== undefined && { reason }),
    ...(facts?.state === 'busy' && { busySource: 'service' as const }),
    details,
  };
}

function toDetails({ name, createdBy, createdAt, releaseLabel }: SessionSummary | Session): SessionDetails {
  const createdAtMs = toMs(createdAt);
  return {
    ...parseOwnershipTag(name),
    ...(createdBy !== undefined && { creator: createdBy }),
    ...(createdAtMs !== undefined && { createdAtMs }),
    ...(releaseLabel !== undefined && { engineVersion: releaseLabel }),
  };
}

/** What is billed, which is what people ask for; it is rounded and has minimums, so it can be more than what was used. */
function toUsage(session: Session): SessionUsage | undefined {
  const { billedResourceUtilization: billed, totalExecutionDurationSeconds: seconds } = session;
  const usage = {
    ...(billed?.vCPUHour !== undefined && { vcpuHours: billed.vCPUHour }),
    ...(billed?.memoryGBHour !== undefined && { memoryGbHours: billed.memoryGBHour }),
    ...(billed?.storageGBHour !== undefined && { storageGbHours: billed.storageGBHour }),
    ...(seconds !== undefined && { executionMs: Math.round(seconds * 1000) }),
  };
  return Object.keys(usage).length > 0
    ? { ...usage, source: 'GetSession billedResourceUtilization (billed)' }
    : undefined;
}

/** The SDK reads seconds with fractions, whose last digits are not exact. */
function toMs(date: Date | undefined): number | undefined {
  const ms = Math.round(date?.getTime() ?? Number.NaN);
  return Number.isNaN(ms) ? undefined : ms;
}
