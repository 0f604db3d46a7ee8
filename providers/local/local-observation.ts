import type { Observation, SessionDetails } from '../../src/contract/observation.ts';
import type { SessionHandle } from '../../src/contract/session-handle.ts';
import type { LocalSession } from './local-session.ts';
import { STATE_MEANINGS } from './states.ts';

/** What can be seen of a session just now. */
export function toObservation(session: LocalSession, handle: SessionHandle, observedAtMs: number): Observation {
  const { state: nativeState, sinceMs, reason } = session.status;
  const { state, acceptsWork, final } = STATE_MEANINGS[nativeState];
  return {
    handle,
    nativeState,
    state,
    acceptsWork,
    final,
    observedAtMs,
    sinceMs,
    ...(reason === undefined ? {} : { reason }),
    ...(state === 'busy' ? { busySource: 'service' } : {}),
    details: toDetails(session),
  };
}

/** What stands for a session that this process never had: nothing is held for it here. */
export function toUnknown(handle: SessionHandle, observedAtMs: number): Observation {
  return {
    handle,
    nativeState: 'CLOSED',
    ...STATE_MEANINGS.CLOSED,
    observedAtMs,
    reason: 'there is no such session in this process',
    details: {},
  };
}

function toDetails({
  request,
  status,
  createdAtMs,
  startedAtMs,
  maxLifetimeMs,
  engineVersion,
}: LocalSession): SessionDetails {
  const { owner, token, name, idleTimeoutMs, labels } = request;
  return {
    ...(name === undefined ? {} : { name }),
    createdAtMs,
    ...(startedAtMs === undefined ? {} : { startedAtMs }),
    ...(STATE_MEANINGS[status.state].final ? { endedAtMs: status.sinceMs } : {}),
    ...(status.state === 'IDLE' ? { idleSinceMs: status.sinceMs } : {}),
    idleTimeoutMs,
    maxLifetimeMs,
    labels,
    engineVersion,
    ownership: { owner, token },
  };
}
