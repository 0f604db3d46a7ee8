import type { Effect } from '../../contract/session-error.ts';
import type { ProviderOperation } from '../../contract/session-provider.ts';

const CHANGING_OPERATIONS: readonly ProviderOperation[] = ['start', 'terminate', 'execute'];

/** What a call of this verb may have done when nobody knows how it ended. */
export function possibleEffect(operation: ProviderOperation): Effect {
  return CHANGING_OPERATIONS.includes(operation) ? 'unknown' : 'none';
}
