/** The life of a statement: it waits for its session, runs until its result is complete or let go, and has ended one way. */
export const STATEMENT_STATES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;

/** One of the states of a statement. */
export type StatementState = (typeof STATEMENT_STATES)[number];

/** Tells whether a statement in this state is over. */
export function hasEnded(state: StatementState): boolean {
  return state !== 'queued' && state !== 'running';
}
