import type { Clock } from '../../contract/ports.ts';
import { SessionError } from '../../contract/session-error.ts';
import type { ProviderOperation } from '../../contract/session-provider.ts';
import { abortedError } from '../../contract/sleep.ts';
import type { Layer } from './layer.ts';

/** How long one call may take with all its attempts when its caller names no earlier deadline, milliseconds. */
export const CALL_BUDGET_MS = 60_000;

/** The verbs after whose lost answer the cloud may have acted. */
const CHANGING_OPERATIONS: readonly ProviderOperation[] = ['start', 'terminate', 'execute'];

/**
 * Ends a call at its deadline, and at its caller's abort, at once, whether or not the adapter listens.
 * `execute` passes as it is: its signal lives as long as the statement's result, and statements time themselves.
 */
export function deadlineLayer(clock: Clock): Layer {
  return (invocation, next) => {
    const { operation, call } = invocation;
    if (operation === 'execute') return next(invocation);
    if (call.signal.aborted) return Promise.reject(abortedError(operation, call.signal));
    const nowMs = clock.monotonicMs();
    const deadline = Math.min(call.deadline, nowMs + CALL_BUDGET_MS);
    const effect = CHANGING_OPERATIONS.includes(operation) ? 'unknown' : 'none';

    // By hand, because AbortSignal.any costs more than all layers together.
    return new Promise((resolve, reject) => {
      const controller = new AbortController();
      const letGo = (): void => {
        callOff();
        call.signal.removeEventListener('abort', onAbort);
      };
      const give = (error: SessionError): void => {
        letGo();
        controller.abort(error);
        reject(error);
      };
      const onAbort = (): void => {
        give(abortedError(operation, call.signal).with({ effect }));
      };
      const callOff = clock.schedule(Math.max(0, deadline - nowMs), () => {
        give(new SessionError('timeout', timeoutMessage(operation, deadline - nowMs), { operation, effect }));
      });
      call.signal.addEventListener('abort', onAbort, { once: true });
      next({ ...invocation, call: { signal: controller.signal, deadline, attempt: 1 } }).then(
        (answer) => {
          letGo();
          resolve(answer);
        },
        (error: unknown) => {
          letGo();
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
  };
}

function timeoutMessage(operation: ProviderOperation, budgetMs: number): string {
  const spent = `${operation} was not answered within ${Math.round(Math.max(0, budgetMs))} ms`;
  return CHANGING_OPERATIONS.includes(operation)
    ? `${spent}; the service may have acted all the same: look before you repeat it`
    : `${spent}; try again or allow more time`;
}
