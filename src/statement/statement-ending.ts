import type { SessionError } from '../contract/session-error.ts';
import { mergedError } from './statement-errors.ts';

/** How a statement ends. */
export interface StatementEnding {
  readonly state: 'succeeded' | 'failed' | 'cancelled';
  readonly error: SessionError | undefined;
}

/** All went well. */
export const SUCCEEDED: StatementEnding = { state: 'succeeded', error: undefined };

/**
 * The ending of a statement that was told to stop and then did not stop as it should: neither why it had to stop nor
 * what went wrong with it hides the other.
 */
export function mergedEnding(told: StatementEnding, seen: StatementEnding): StatementEnding {
  if (seen.error === undefined) return told;
  return told.error === undefined ? seen : { state: told.state, error: mergedError([told.error, seen.error]) };
}
