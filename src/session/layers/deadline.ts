import { onAbort } from '../../provider-kit/on-abort.ts';
import type { Clock } from '../../contract/ports.ts';
import { SessionError } from '../../contract/session-error.ts';
import type { CallContext } from '../../contract/session-provider.ts';
import { abortedError } from '../../provider-kit/sleep.ts';
import type { AnyInvocation, AnyLayer } from './layer.ts';
import { possibleEffect } from './possible-effect.ts';

/** How long one call may take with all its attempts when its caller names no earlier deadline, milliseconds. */
export const CALL_BUDGET_MS = 60_000;

/**
 * Ends a call at its deadline, and at its caller's abort, at once, whether or not the adapter listens.
 * `execute` passes as it is: its signal lives as long as the statement's result, and statements time themselves.
 * So does `stageRuns`: how long gigabytes take to upload is no matter of a call's budget.
 */
export function deadlineLayer(clock: Clock): AnyLayer {
  return (invocation, next) => {
    const { operation, call } = invocation;
    if (operation === 'execute' || operation === 'stageRuns') return next(invocation);
    if (call.signal.aborted) return Promise.reject(abortedError(operation, call.signal));
    const nowMs = clock.monotonicMs();
    const deadline = Math.min(call.deadline, nowMs + CALL_BUDGET_MS);
    if (deadline <= nowMs) {
      return Promise.reject(
        new SessionError('timeout', `no time was left for ${operation}; allow more`, { operation }),
      );
    }
    const effect = possibleEffect(operation);

    return new Promise((resolve, reject) => {
      const limited = limitedCall(deadline);
      const letGo = (): void => {
        callOff();
        stopListening();
      };
      const give = (error: SessionError): void => {
        letGo();
        limited.abort(error);
        reject(error);
      };
      const callOff = clock.schedule(deadline - nowMs, () => {
        give(new SessionError('timeout', timeoutMessage(operation, deadline - nowMs), { operation, effect }));
      });
      const stopListening = onAbort(call.signal, () => {
        give(abortedError(operation, call.signal).with({ effect }));
      });
      next({ ...invocation, call: limited.call }).then(
        (answer) => {
          letGo();
          resolve(answer);
        },
        (error: unknown) => {
          letGo();
          // The layer above turns whatever this is into a SessionError.
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
          reject(error);
        },
      );
    });
  };
}

/**
 * The call as it goes down: its signal is made when somebody asks for it. A signal costs as much as all the other layers
 * together (and AbortSignal.any four times that), and an adapter that answers from memory never asks.
 * A plain object with a getter of its own, so that an adapter's copy (`{ ...call }`) has the signal too.
 */
function limitedCall(deadline: number): { readonly call: CallContext; readonly abort: (error: SessionError) => void } {
  let controller: AbortController | undefined;
  let ended: SessionError | undefined;
  let listeners: Set<() => void> | undefined;
  const call = {
    deadline,
    attempt: 1,
    get signal() {
      if (controller === undefined) {
        controller = new AbortController();
        if (ended !== undefined) controller.abort(ended);
      }
      return controller.signal;
    },
    onGivenUp(callback: () => void) {
      if (ended === undefined) (listeners ??= new Set()).add(callback);
      else callback();
      return () => {
        listeners?.delete(callback);
      };
    },
  };
  const abort = (error: SessionError): void => {
    ended = error;
    controller?.abort(error);
    for (const tell of listeners ?? []) tell();
  };
  return { call, abort };
}

function timeoutMessage(operation: AnyInvocation['operation'], budgetMs: number): string {
  const spent = `${operation} was not answered within ${Math.round(budgetMs)} ms`;
  return possibleEffect(operation) === 'unknown'
    ? `${spent}; the service may have acted all the same: look before you repeat it`
    : `${spent}; try again or allow more time`;
}
