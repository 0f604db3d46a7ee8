import { OPERATIONS } from '../../contract/operations.ts';
import { SessionError } from '../../contract/session-error.ts';
import type { RateBudget } from '../../watch/rate-budget.ts';
import type { AnyLayer } from './layer.ts';

/**
 * Sends calls at the rate that the service allows, before the SDK: its own socket queue is invisible to any limiter.
 * When a service names a pause, all calls wait, not only the one that was refused.
 */
export function rateBudgetLayer(budget: RateBudget): AnyLayer {
  const notePause = (error: unknown): never => {
    if (SessionError.is(error, 'rate-limited') && error.retryAfterMs !== undefined) budget.pause(error.retryAfterMs);
    throw error;
  };
  // No async function: nearly every call goes at once, and what it would keep of each call under way costs more than its work.
  return (invocation, next) => {
    const callClass = OPERATIONS[invocation.operation].budget;
    if (callClass === false) return next(invocation);
    const waiting = budget.take(callClass, invocation.call);
    // The provider takes its further requests itself.
    const paid = { ...invocation, call: { ...invocation.call, budget } };
    return (waiting === undefined ? next(paid) : waiting.then(() => next(paid))).catch(notePause);
  };
}
