import type { CallContext } from '../../contract/call-context.ts';
import { OPERATIONS } from '../../contract/operations.ts';
import type { CallBudget, CallClass } from '../../contract/ports.ts';
import { SessionError } from '../../contract/session-error.ts';
import { takeTurn } from '../../provider-kit/take-turn.ts';
import type { RateBudget } from '../../watch/rate-budget.ts';
import type { AnyLayer } from './layer.ts';

/** The budget as the requests of one call see it: the layer has paid for the first one. */
class AfterFirstRequest implements CallBudget {
  readonly #budget: CallBudget;
  #isFirst = true;

  constructor(budget: CallBudget) {
    this.#budget = budget;
  }

  take(callClass: CallClass, call: Pick<CallContext, 'signal'>): Promise<void> | undefined {
    if (!this.#isFirst) return this.#budget.take(callClass, call);
    this.#isFirst = false;
    return undefined;
  }
}

/**
 * Sends calls at the rate that the service allows, before the SDK: its own socket queue is invisible to any limiter.
 * When a service names a pause, the calls of the same verb wait: services count each of them separately, or refuse the next one too.
 */
export function rateBudgetLayer(budget: RateBudget): AnyLayer {
  // No async function: nearly every call goes at once, and what it would keep of each call under way costs more than its work.
  return (invocation, next) => {
    const { operation, call } = invocation;
    const callClass = OPERATIONS[operation].budget;
    if (callClass === false) return next(invocation);
    const share = budget.of(operation);
    const waiting = takeTurn(share, callClass, call.signal);
    const paid = { ...invocation, call: { ...call, budget: new AfterFirstRequest(share) } };
    return (waiting === undefined ? next(paid) : waiting.then(() => next(paid))).catch((error: unknown): never => {
      if (SessionError.is(error, 'rate-limited') && error.retryAfterMs !== undefined) {
        budget.pause(operation, error.retryAfterMs);
      }
      throw error;
    });
  };
}
