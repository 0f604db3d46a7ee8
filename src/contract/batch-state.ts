import type { SessionState } from './session-state.ts';

/** The normalized states of a run batch, in the order of a batch's life. */
export const BATCH_STATES = ['creating', 'running', 'stopping', 'finished', 'cancelled', 'failed'] as const;

/**
 * One of the normalized states. `finished` says that every run has ended, not that any succeeded: that is the outcome.
 * `failed` is the batch itself: its input could not be used and no run of it counts.
 */
export type BatchState = (typeof BATCH_STATES)[number];

const NEXT_STATES: Readonly<Record<BatchState, readonly BatchState[]>> = {
  creating: ['running', 'stopping', 'finished', 'cancelled', 'failed'],
  running: ['stopping', 'finished', 'cancelled', 'failed'],
  // A cancel may come too late: the last run ended before it took effect.
  stopping: ['finished', 'cancelled', 'failed'],
  finished: [],
  cancelled: [],
  failed: [],
};

/** Tells whether a batch seen in one state may be seen in the other next (B-010). Staying is no move. */
export function isLegalBatchMove(from: BatchState, to: BatchState): boolean {
  return NEXT_STATES[from].includes(to);
}

/** Tells whether nothing of the batch runs or will run any more. */
export function isFinalBatchState(state: BatchState): boolean {
  return NEXT_STATES[state].length === 0;
}

const SESSION_STATES_OF_BATCHES: Readonly<Record<BatchState, SessionState>> = {
  creating: 'creating',
  running: 'busy',
  stopping: 'busy',
  finished: 'terminated',
  cancelled: 'terminated',
  failed: 'failed',
};

/** The same in the five names of sessions, for what shows both side by side. A batch is never `ready`: nothing can be sent into it. */
export function toSessionState(state: BatchState): SessionState {
  return SESSION_STATES_OF_BATCHES[state];
}

/** Tells whether an untrusted value is one of the state names. */
export function isBatchState(value: unknown): value is BatchState {
  return (BATCH_STATES as readonly unknown[]).includes(value);
}
