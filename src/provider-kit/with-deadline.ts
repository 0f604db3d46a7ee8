import type { BatchOperation } from '../contract/batch-provider.ts';
import { onAbort } from './on-abort.ts';
import type { Clock } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { CallContext, ProviderOperation } from '../contract/session-provider.ts';
import { abortedError } from './sleep.ts';

/** The verbs after whose lost answer the service may have acted. */
const CHANGING_OPERATIONS: readonly (ProviderOperation | BatchOperation)[] = [
  'start',
  'terminate',
  'execute',
  'startCalculation',
  'stopCalculation',
  'cancel',
  'deleteRuns',
  'deleteRecord',
];

/** Tells whether a verb changes something, so that a lost answer leaves a doubt. */
export function isChanging(operation: string): boolean {
  return (CHANGING_OPERATIONS as readonly string[]).includes(operation);
}

/** One attempt of one verb. */
export interface Attempt {
  readonly operation: string;
  readonly call: CallContext;
}

/**
 * Runs work for as long as its caller wants it: an abort or the deadline settles the promise at once and aborts the signal
 * that the work was given. An SDK listens to a signal only while it waits for the answer, not while it looks for credentials.
 * Where the caller is answered from above all that is done already, and the work is given the call's own signal.
 *
 * @throws SessionError `aborted` or `timeout`; with effect `unknown` once a changing verb was under way.
 */
export function withDeadline<Answer>(
  clock: Clock,
  { operation, call }: Attempt,
  work: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const { signal, deadline } = call;
  if (signal.aborted) return Promise.reject(abortedError(operation, signal));
  if (call.onGivenUp !== undefined) return work(signal);
  const leftMs = deadline - clock.monotonicMs();
  if (leftMs <= 0) {
    return Promise.reject(new SessionError('timeout', `no time was left for ${operation}; allow more`, { operation }));
  }
  const effect = isChanging(operation) ? 'unknown' : 'none';

  return new Promise((resolve, reject) => {
    const controller = new AbortController();
    const giveUp = (error: SessionError): void => {
      letGo();
      controller.abort(error);
      reject(error);
    };
    const callOff =
      leftMs === Number.POSITIVE_INFINITY
        ? undefined
        : clock.schedule(leftMs, () => {
            giveUp(
              new SessionError('timeout', `${operation} was not answered within ${Math.round(leftMs)} ms`, {
                operation,
                effect,
              }),
            );
          });
    const stopListening = onAbort(signal, () => {
      giveUp(abortedError(operation, signal).with({ effect }));
    });
    const letGo = (): void => {
      callOff?.();
      stopListening();
    };
    work(controller.signal).then(
      (answer) => {
        letGo();
        resolve(answer);
      },
      (error: unknown) => {
        letGo();
        // The caller of this function turns whatever it is into a SessionError.
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        reject(error);
      },
    );
  });
}
