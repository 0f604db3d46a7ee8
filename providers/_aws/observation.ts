import type { Observation, SessionDetails } from '../../src/contract/observation.ts';
import type { SessionHandle } from '../../src/contract/session-handle.ts';
import { parseOwnershipTag } from '../../src/provider-kit/ownership-tag.ts';
import type { NativeSession, SessionService } from './session-service.ts';

const MINUTE_MS = 60_000;

/** Which session was seen, and when. */
export interface ObservationContext {
  readonly handle: SessionHandle;
  readonly observedAtMs: number;
}

/** Makes an observation of a session in one of the service's answers. */
export function toObservation(
  session: NativeSession,
  service: Pick<SessionService, 'name' | 'firstStates' | 'stateFacts'>,
  context: ObservationContext,
): Observation {
  const facts = service.stateFacts(session);
  const nativeState = session.state ?? '';
  const details = toDetails(session);
  const { createdAtMs, idleSinceMs, endedAtMs } = details;
  const sinceMs = endedAtMs ?? idleSinceMs ?? (service.firstStates.includes(nativeState) ? createdAtMs : undefined);
  const reason = session.reason ?? (facts?.state === 'failed' ? `${service.name} gave no reason` : undefined);
  return {
    ...context,
    nativeState,
    state: facts?.state,
    acceptsWork: facts?.acceptsWork ?? false,
    final: facts?.final ?? false,
    ...(sinceMs !== undefined && { sinceMs }),
    ...(reason !== undefined && { reason }),
    ...(facts?.state === 'busy' && { busySource: 'service' as const }),
    details,
  };
}

/** A session that the service does not know, after its end was requested. */
export function notFoundObservation(service: string, context: ObservationContext): Observation {
  return {
    ...context,
    nativeState: 'NOT_FOUND',
    state: 'terminated',
    acceptsWork: false,
    final: true,
    reason: `${service} does not know this session`,
    details: {},
  };
}

function toDetails(session: NativeSession): SessionDetails {
  const { tag, creator, engineVersion, labels, usage, idleTimeoutMinutes } = session;
  const all = {
    ...parseOwnershipTag(tag),
    creator,
    createdAtMs: toMs(session.createdAt),
    startedAtMs: toMs(session.startedAt),
    endedAtMs: toMs(session.endedAt),
    idleSinceMs: toMs(session.idleSince),
    idleTimeoutMs: idleTimeoutMinutes === undefined ? undefined : idleTimeoutMinutes * MINUTE_MS,
    labels,
    engineVersion,
    usage,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** The SDK parses seconds with fractions, whose last digits are inexact. */
function toMs(date: Date | undefined): number | undefined {
  const ms = Math.round(date?.getTime() ?? Number.NaN);
  return Number.isNaN(ms) ? undefined : ms;
}
