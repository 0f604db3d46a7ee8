import { UNKNOWN_SESSION, type Observation, type SessionDetails } from '../contract/observation.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { StateFacts } from './states.ts';

/** Which session was seen, and when. */
export interface ObservationContext {
  readonly handle: SessionHandle;
  readonly observedAtMs: number;
  /** The time of the service's own clock when it answered, epoch milliseconds; see `ServiceTime`. */
  readonly serviceTimeMs?: number | undefined;
}

/** What one answer of a service says about a session. */
export interface SeenSession {
  /** The service's name, for messages. */
  readonly service: string;
  readonly nativeState: string;
  /** `undefined` for an unknown state. */
  readonly facts: StateFacts | undefined;
  /** When the state was entered, epoch milliseconds. */
  readonly sinceMs?: number | undefined;
  readonly reason?: string | undefined;
  readonly failureKind?: Observation['failureKind'] | undefined;
  readonly details?: SessionDetails;
}

/** Makes an observation; a failed session always has a reason, and a busy one is busy because its service says so. */
export function toObservation(
  seen: SeenSession,
  { handle, observedAtMs, serviceTimeMs }: ObservationContext,
): Observation {
  const { service, nativeState, facts, sinceMs, failureKind, details = {} } = seen;
  const { state, acceptsWork = false, final = false } = facts ?? {};
  const reason = seen.reason ?? (state === 'failed' ? `${service} gave no reason` : undefined);
  const observation: { -readonly [Member in keyof Observation]: Observation[Member] } = {
    handle,
    nativeState,
    state,
    acceptsWork,
    final,
    observedAtMs,
    details,
  };
  if (serviceTimeMs !== undefined) observation.serviceTimeMs = serviceTimeMs;
  if (sinceMs !== undefined) observation.sinceMs = sinceMs;
  if (reason !== undefined) observation.reason = reason;
  if (failureKind !== undefined && state === 'failed') observation.failureKind = failureKind;
  if (state === 'busy') observation.busySource = 'service';
  return observation;
}

/** A session that the service does not know, after its end was requested. */
export function notFoundObservation(service: string, context: ObservationContext): Observation {
  const facts = { state: 'terminated', acceptsWork: false, final: true } as const;
  const reason = `${service} does not know this session`;
  return toObservation({ service, nativeState: UNKNOWN_SESSION, facts, reason }, context);
}

/** The error of an endpoint that does not exist yet. @param why - the end of "session s-1 …", such as `is CREATING`. */
export function notReadyError(handle: SessionHandle, why: string): SessionError {
  return new SessionError('conflict', `session ${handle.id} ${why}; wait until it is ready`, {
    operation: 'endpoint',
    provider: handle.provider,
    handle,
  });
}
