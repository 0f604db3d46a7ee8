import type { CallContext } from '../contract/call-context.ts';
import type { Observation } from '../contract/observation.ts';
import type { SessionProvider } from '../contract/session-provider.ts';
import { OPERATIONS } from '../contract/operations.ts';
import type { RateBudget } from './rate-budget.ts';
import { SharedPoller, type SharedPollerPorts } from './shared-poller.ts';

/** What a poller of sessions needs. */
export interface SessionPollerPorts extends Pick<SharedPollerPorts, 'clock' | 'random' | 'logger'> {
  /** The provider with its layers. */
  readonly provider: SessionProvider;
  /** The rate budget of the provider's layers. */
  readonly budget?: Pick<RateBudget, 'delayMs'> | undefined;
}

/** The poller for all waits of one provider's scope. */
export function sessionPoller({ provider, budget, ...ports }: SessionPollerPorts): SharedPoller {
  const endpointOf = provider.endpoint?.bind(provider);
  const complete = (seen: Observation): ((call: CallContext) => Promise<Observation>) | undefined => {
    if (seen.readyWithEndpoint !== true || endpointOf === undefined) return undefined;
    return async (call) => {
      await endpointOf(seen.handle, call);
      return { ...seen, state: 'ready', acceptsWork: true, observedAtMs: ports.clock.nowMs() };
    };
  };
  const delayMs = (operation: 'describe' | 'listPage'): number => {
    const { budget: callClass } = OPERATIONS[operation];
    return callClass === false ? 0 : (budget?.delayMs(operation, callClass) ?? 0);
  };
  return new SharedPoller({ ...ports, provider, lists: provider, complete, delayMs });
}
