import type { SessionError } from '../contract/session-error.ts';
import { mergedError } from './statement-errors.ts';

/** How a statement ends. */
export interface StatementEnding {
  readonly state: 'succeeded' | 'failed' | 'cancelled';
  readonly error: SessionError | undefined;
}

export const SUCCEEDED: StatementEnding = { state: 'succeeded', error: undefined };

/** The ending of a statement that was told to stop. It keeps both the reason to stop and an error of stopping. */
export function mergedEnding(requested: StatementEnding, observed: StatementEnding): StatementEnding {
  if (observed.error === undefined) return requested;
  if (requested.error === undefined) return observed;
  return { state: requested.state, error: mergedError([requested.error, observed.error]) };
}
