/** The five normalized states of a session, in the order of a session's life. */
export const SESSION_STATES = ['creating', 'ready', 'busy', 'terminated', 'failed'] as const;

/** One of the five normalized states. */
export type SessionState = (typeof SESSION_STATES)[number];

/** A state together with `final`: true once nothing is held or billed any more. */
export interface StatePoint {
  readonly state: SessionState;
  readonly final: boolean;
}

/**
 * Which state may follow which while the earlier one is not final.
 * `failed` before its final (a degraded session) may still be terminated; `terminated` before its final
 * (a session shutting down) may still turn out failed; nothing ever comes back to life.
 */
const NEXT_STATES: Readonly<Record<SessionState, readonly SessionState[]>> = {
  creating: ['ready', 'busy', 'terminated', 'failed'],
  ready: ['busy', 'terminated', 'failed'],
  busy: ['ready', 'terminated', 'failed'],
  terminated: ['failed'],
  failed: ['terminated'],
};

/**
 * Tells whether a session seen at `from` may be seen at `to` next (C-010 … C-013).
 * Staying at the same point is not a move: it answers `false`.
 */
export function isLegalMove(from: StatePoint, to: StatePoint): boolean {
  if (from.final) return false;
  if (to.final && to.state !== 'terminated' && to.state !== 'failed') return false;
  if (from.state === to.state) return to.final;
  // A shutting-down session that turns out failed has stopped shutting down: only a final failure is believable.
  if (from.state === 'terminated' && !to.final) return false;
  return NEXT_STATES[from.state].includes(to.state);
}

/** Tells whether an untrusted value is one of the five state names. */
export function isSessionState(value: unknown): value is SessionState {
  return (SESSION_STATES as readonly unknown[]).includes(value);
}
