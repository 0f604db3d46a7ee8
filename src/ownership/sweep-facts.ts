import type { Observation } from '../contract/observation.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SweepDecision } from './sweep-decision.ts';
import type { SweptRecord } from './sweep-records.ts';

/** A decision before it is dated. */
export type Decided = Omit<SweepDecision, 'decidedAtMs'>;

/** It needs no sweep. */
export const ENDED = { code: 'ended', reason: 'it has ended or is ending' } as const;
/** Somebody else ends it, or uses it. */
export const TAKEN = { code: 'taken', reason: 'another sweep, or a start with its key, has taken it' } as const;

/** Whether a listed session is the one of a record. */
export function isOf({ handle, details }: Observation, { token, sessionId }: SweptRecord): boolean {
  return details.ownership === undefined ? handle.id === sessionId : details.ownership.token === token;
}

/** What a record says of its session. */
export function factsOf({ token, key, owner, startedAtMs }: SweptRecord): Partial<Decided> {
  return { token, owner, createdAtMs: startedAtMs, ...(key !== undefined && { key }) };
}

/** What its service says of a session. */
export function factsOfSeen(seen: Observation | undefined): Partial<Decided> {
  if (seen === undefined) return {};
  const { handle, details } = seen;
  const { ownership, createdAtMs } = details;
  return {
    handle,
    ...(ownership && { token: ownership.token, owner: ownership.owner }),
    ...(createdAtMs !== undefined && { createdAtMs }),
  };
}

/** The error of a decision; what is not ours is a fault of ours. */
export function toSessionError(error: unknown): SessionError {
  if (SessionError.is(error)) return error;
  return new SessionError('internal', `sweep failed: ${String(error)}`, { operation: 'sweep', cause: error });
}
