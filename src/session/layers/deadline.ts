import { OPERATIONS } from '../../contract/operations.ts';
import type { Clock } from '../../contract/ports.ts';
import { withDeadline } from '../../provider-kit/with-deadline.ts';
import type { AnyLayer } from './layer.ts';

/** Ends a call at its deadline, and at its caller's abort, at once, whether or not the adapter listens. */
export function deadlineLayer(clock: Clock): AnyLayer {
  return (invocation, next) => {
    const { operation, call } = invocation;
    const { timeoutMs } = OPERATIONS[operation];
    if (timeoutMs === false) return next(invocation);
    const deadline = Math.min(call.deadline, clock.monotonicMs() + timeoutMs);
    return withDeadline(clock, { operation, call: { ...call, deadline } }, (signal) =>
      next({ ...invocation, call: { signal, deadline, attempt: 1 } }),
    );
  };
}
