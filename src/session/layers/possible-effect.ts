import type { Effect } from '../../contract/session-error.ts';
import { isChanging } from '../../provider-kit/with-deadline.ts';
import type { AnyInvocation } from './layer.ts';

/** What a call of this verb may have done when nobody knows how it ended. */
export function possibleEffect(operation: AnyInvocation['operation']): Effect {
  return isChanging(operation) ? 'unknown' : 'none';
}
