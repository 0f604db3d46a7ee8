/** A statement waits for its session, runs until its result is complete or closed, and then ends. */
export const STATEMENT_STATES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;

/** One of the states of a statement. */
export type StatementState = (typeof STATEMENT_STATES)[number];

/** Whether a statement in this state is final. */
export function hasEnded(state: StatementState): boolean {
  return state !== 'queued' && state !== 'running';
}
