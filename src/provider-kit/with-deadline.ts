import type { Clock } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import { abortedError } from './aborted-error.ts';
import { RunningAttempt, runningAttempt, type Attempt } from './running-attempt.ts';

/**
 * Runs work until its answer, its caller's abort, its deadline or the limit of one request, whichever comes first. All but the
 * first settle the promise at once and, unless there is `onLate`, abort the signal that the work was given: an SDK listens to a
 * signal only while it waits for the answer, not while it looks for credentials. Inside another `withDeadline` that ends no
 * later, the work is given that one's signal: a second signal and a second timer cost a network call 15 % of its CPU.
 *
 * @throws SessionError `aborted` or `timeout`; with effect `unknown` once a request of a verb that changes something was sent.
 */
export function withDeadline<Answer>(
  clock: Clock,
  attempt: Attempt,
  work: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const { operation, call, silenceMs } = attempt;
  if (call.signal.aborted) return Promise.reject(abortedError(operation, call.signal));
  if (call.deadline <= clock.monotonicMs()) {
    return Promise.reject(new SessionError('timeout', `no time was left for ${operation}; allow more`, { operation }));
  }
  const outer = runningAttempt(call.signal);
  if (silenceMs === undefined && outer !== undefined && outer.deadline <= call.deadline) return work(call.signal);
  return new RunningAttempt(clock, attempt).run(work);
}
