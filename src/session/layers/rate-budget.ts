import { SessionError } from '../../contract/session-error.ts';
import type { RateBudget } from '../../watch/rate-budget.ts';
import type { Layer } from './layer.ts';

/**
 * Lets calls through at the rate the service bears: before the SDK, whose own socket queue no limiter can see into.
 * A service that names a pause is left alone for that long by everybody, not only by the call that was told.
 */
export function rateBudgetLayer(budget: RateBudget): Layer {
  return async (invocation, next) => {
    const { operation, call } = invocation;
    if (operation === 'execute') return next(invocation);
    const waiting = budget.take(operation === 'describe' || operation === 'listPage' ? 'reads' : 'writes', call);
    if (waiting) await waiting;
    try {
      return await next(invocation);
    } catch (error) {
      if (SessionError.is(error, 'rate-limited') && error.retryAfterMs !== undefined) budget.pause(error.retryAfterMs);
      throw error;
    }
  };
}
