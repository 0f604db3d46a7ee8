import { OPERATIONS } from '../../contract/operations.ts';
import type { Clock } from '../../contract/ports.ts';
import type { AnyLayer } from './layer.ts';

/** Sets the deadline of a call with all its attempts. The retry layer ends each attempt at that time. */
export function deadlineLayer(clock: Clock): AnyLayer {
  return ({ operation }, call, next) => {
    const { timeoutMs } = OPERATIONS[operation];
    if (timeoutMs === false) return next(call);
    return next({
      signal: call.signal,
      deadline: Math.min(call.deadline, clock.monotonicMs() + timeoutMs),
      attempt: 1,
    });
  };
}
