import type { CallContext } from '../../contract/call-context.ts';
import { OPERATIONS, type Operation } from '../../contract/operations.ts';
import type { CallBudget, CallClass, Clock, Metrics } from '../../contract/ports.ts';
import { SessionError } from '../../contract/session-error.ts';
import { takeTurn } from '../../provider-kit/take-turn.ts';
import type { RateBudget } from '../../watch/rate-budget.ts';
import { silentMetrics, systemClock } from '../system-ports.ts';
import { placeOf } from '../traced.ts';
import type { AnyInvocation, AnyLayer } from './layer.ts';

/** The budget as one call sees it. The layer takes the first turn, so the first request of the provider goes at once. */
class CallShare implements CallBudget {
  readonly #budget: RateBudget;
  readonly #operation: Operation;
  #taken = 0;

  constructor(budget: RateBudget, operation: Operation) {
    this.#budget = budget;
    this.#operation = operation;
  }

  take(callClass: CallClass, call: Pick<CallContext, 'signal'>): Promise<void> | undefined {
    this.#taken += 1;
    return this.#taken === 2 ? undefined : this.#budget.take(this.#operation, callClass, call);
  }
}

/**
 * Sends calls at the rate that the service allows, before the SDK: its own socket queue is invisible to any limiter.
 * When a service names a pause, the calls of the same verb wait: services count each of them separately, or refuse the next one too.
 */
export function rateBudgetLayer(
  budget: RateBudget,
  clock: Clock = systemClock,
  metrics: Metrics = silentMetrics,
): AnyLayer {
  const recordWait = (provider: AnyInvocation['provider'], sinceMs: number): void => {
    const seconds = (clock.monotonicMs() - sinceMs) / 1000;
    metrics.record('anysession.queue.wait_time', seconds, { ...placeOf(provider), 'anysession.queue': 'rate' });
  };
  // No async function: nearly every call goes at once, and what it would keep of each call under way costs more than its work.
  return ({ operation, provider }, call, next) => {
    const { signal, deadline, attempt } = call;
    const callClass = OPERATIONS[operation].budget;
    if (callClass === false) return next(call);
    const share = new CallShare(budget, operation);
    const waiting = takeTurn(share, callClass, signal);
    const sinceMs = waiting === undefined ? 0 : clock.monotonicMs();
    const paid = { signal, deadline, attempt, budget: share };
    return (
      waiting === undefined
        ? next(paid)
        : waiting.then(() => {
            recordWait(provider, sinceMs);
            return next(paid);
          })
    ).catch((error: unknown): never => {
      if (SessionError.is(error, 'rate-limited') && error.retryAfterMs !== undefined) {
        budget.pause(operation, error.retryAfterMs);
      }
      throw error;
    });
  };
}
