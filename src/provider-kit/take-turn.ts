import type { CallBudget, CallClass } from '../contract/ports.ts';
import { runningAttempt } from './running-attempt.ts';

/** Takes one call from a rate budget. The wait for its turn does not count as a request without an answer. */
export function takeTurn(budget: CallBudget, callClass: CallClass, signal: AbortSignal): Promise<void> | undefined {
  const waiting = budget.take(callClass, { signal });
  const attempt = runningAttempt(signal);
  if (waiting === undefined) {
    attempt?.asks();
    return undefined;
  }
  attempt?.waitsFor('its turn in the rate budget');
  return waiting.then(() => attempt?.asks());
}
