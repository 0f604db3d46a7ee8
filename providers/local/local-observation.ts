import { ownershipIn } from '../../src/contract/ownership.ts';
import type { Observation, SessionDetails } from '../../src/contract/observation.ts';
import type { SessionHandle } from '../../src/contract/session-handle.ts';
import { toObservation } from '../../src/provider-kit/observation.ts';
import { omitUndefined } from '../../src/provider-kit/omit-undefined.ts';
import type { LocalSession } from './local-session.ts';
import { STATES } from './states.ts';

const SERVICE = 'this process';

/** Makes an observation of a session as it is now. */
export function observe(session: LocalSession, handle: SessionHandle, observedAtMs: number): Observation {
  const { state: nativeState, sinceMs, reason } = session.status;
  const facts = STATES[nativeState];
  const seen = { service: SERVICE, nativeState, facts, sinceMs, reason, details: toDetails(session) };
  return toObservation(seen, { handle, observedAtMs });
}

/** An observation of a session that this process does not know. */
export function toUnknown(handle: SessionHandle, observedAtMs: number): Observation {
  const reason = 'there is no such session in this process';
  const seen = { service: SERVICE, nativeState: 'CLOSED', facts: STATES.CLOSED, reason };
  return toObservation(seen, { handle, observedAtMs });
}

function toDetails({
  request,
  status,
  createdAtMs,
  startedAtMs,
  maxLifetimeMs,
  engineVersion,
}: LocalSession): SessionDetails {
  const { name, idleTimeoutMs, labels } = request;
  return omitUndefined<SessionDetails>({
    name,
    createdAtMs,
    startedAtMs,
    endedAtMs: STATES[status.state].final ? status.sinceMs : undefined,
    idleSinceMs: status.state === 'IDLE' ? status.sinceMs : undefined,
    idleTimeoutMs,
    maxLifetimeMs,
    labels,
    engineVersion,
    ownership: ownershipIn(request),
  });
}
