import type { Effect } from '../../contract/session-error.ts';
import type { AnyInvocation } from './layer.ts';

type Operation = AnyInvocation['operation'];

const CHANGING_OPERATIONS: readonly Operation[] = [
  'start',
  'terminate',
  'execute',
  'startCalculation',
  'stopCalculation',
  'cancel',
  'deleteRuns',
  'deleteRecord',
];

/** What a call of this verb may have done when nobody knows how it ended. */
export function possibleEffect(operation: Operation): Effect {
  return CHANGING_OPERATIONS.includes(operation) ? 'unknown' : 'none';
}
