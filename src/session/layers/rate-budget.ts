import { SessionError } from '../../contract/session-error.ts';
import type { RateBudget } from '../../watch/rate-budget.ts';
import type { AnyInvocation, AnyLayer } from './layer.ts';

type Operation = AnyInvocation['operation'];

const READS: readonly Operation[] = ['describe', 'listPage', 'describeCalculation', 'runsPage', 'runStatesPage'];
/** A statement is work in a session, and a run list goes to a store of its own: neither is a call that the service counts. */
const NOT_CALLS: readonly Operation[] = ['execute', 'stageRuns', 'unstageRuns'];

/**
 * Lets calls through at the rate the service bears: before the SDK, whose own socket queue no limiter can see into.
 * A service that names a pause is left alone for that long by everybody, not only by the call that was told.
 */
export function rateBudgetLayer(budget: RateBudget): AnyLayer {
  const notePause = (error: unknown): never => {
    if (SessionError.is(error, 'rate-limited') && error.retryAfterMs !== undefined) budget.pause(error.retryAfterMs);
    throw error;
  };
  // No async function: nearly every call goes at once, and what it would keep of each call under way costs more than its work.
  return (invocation, next) => {
    const { operation, call } = invocation;
    if (NOT_CALLS.includes(operation)) return next(invocation);
    const waiting = budget.take(READS.includes(operation) ? 'reads' : 'writes', call);
    return (waiting === undefined ? next(invocation) : waiting.then(() => next(invocation))).catch(notePause);
  };
}
