import type { Observation, SessionDetails } from '../../src/contract/observation.ts';
import { toObservation, type ObservationContext } from '../../src/provider-kit/observation.ts';
import { omitUndefined } from '../../src/provider-kit/omit-undefined.ts';
import { parseOwnershipTag } from '../../src/provider-kit/ownership-tag.ts';
import type { NativeSession, SessionService } from './session-service.ts';

const MINUTE_MS = 60_000;

/** Makes an observation of a session in one of the service's answers. */
export function observe(
  session: NativeSession,
  service: Pick<SessionService, 'name' | 'firstStates' | 'stateFacts'>,
  context: ObservationContext,
): Observation {
  const nativeState = session.state ?? '';
  const details = toDetails(session);
  const { createdAtMs, idleSinceMs, endedAtMs } = details;
  const sinceMs = endedAtMs ?? idleSinceMs ?? (service.firstStates.includes(nativeState) ? createdAtMs : undefined);
  const { reason } = session;
  return toObservation(
    { service: service.name, nativeState, facts: service.stateFacts(session), sinceMs, reason, details },
    context,
  );
}

function toDetails(session: NativeSession): SessionDetails {
  const { tag, creator, engineVersion, labels, usage, idleTimeoutMinutes, native } = session;
  return omitUndefined<SessionDetails>({
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
    native,
  });
}

/** A time of the SDK, which parses seconds with fractions whose last digits are inexact. */
export function toMs(date: Date | undefined): number | undefined {
  const ms = Math.round(date?.getTime() ?? Number.NaN);
  return Number.isNaN(ms) ? undefined : ms;
}
