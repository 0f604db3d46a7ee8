import { OPERATIONS } from '../../contract/operations.ts';
import type { Clock } from '../../contract/ports.ts';
import type { AnyLayer } from './layer.ts';

/** Sets the deadline of a call with all its attempts. The retry layer ends each attempt at that time. */
export function deadlineLayer(clock: Clock): AnyLayer {
  return (invocation, next) => {
    const { operation, call } = invocation;
    const { timeoutMs } = OPERATIONS[operation];
    if (timeoutMs === false) return next(invocation);
    const deadline = Math.min(call.deadline, clock.monotonicMs() + timeoutMs);
    return next({ ...invocation, call: { signal: call.signal, deadline, attempt: 1 } });
  };
}
