import type { CallContext } from '../contract/call-context.ts';
import { possibleEffect } from '../contract/operations.ts';
import type { Clock } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import { throwIfAborted } from './aborted-error.ts';
import { signalWithTimeout } from './signal-with-timeout.ts';

/** One attempt of one verb. */
export interface Attempt {
  readonly operation: string;
  readonly call: CallContext;
}

/** Marks a signal that aborts by itself, with its deadline. */
const DEADLINE = Symbol('anysession.deadline');

interface TimedSignal extends AbortSignal {
  [DEADLINE]?: number;
}

/**
 * Runs work until its answer, its caller's abort or its deadline, whichever comes first. The last two settle the promise at once
 * and abort the signal that the work was given: an SDK listens to a signal only while it waits for the answer, not while it
 * looks for credentials. Inside another `withDeadline` that ends no later, the work is given that one's signal: a second signal
 * and a second timer cost a network call 15 % of its CPU.
 *
 * @throws SessionError `aborted` or `timeout`; with effect `unknown` once a verb was under way that changes something.
 */
export async function withDeadline<Answer>(
  clock: Clock,
  { operation, call }: Attempt,
  work: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const { signal, deadline }: { readonly signal: TimedSignal; readonly deadline: number } = call;
  throwIfAborted(signal, operation);
  const timeoutMs = deadline - clock.monotonicMs();
  if (timeoutMs <= 0) {
    throw new SessionError('timeout', `no time was left for ${operation}; allow more`, { operation });
  }
  const outerDeadline = signal[DEADLINE];
  if (outerDeadline !== undefined && outerDeadline <= deadline) return work(signal);
  const effect = possibleEffect(operation);
  const timeoutError = (): SessionError => {
    const advice =
      effect === 'none' ? 'try again or allow more time' : 'it may have happened: check before you repeat it';
    const message = `${operation} was not answered within ${Math.round(timeoutMs)} ms; ${advice}`;
    return new SessionError('timeout', message, { operation, effect });
  };
  let release = (): void => {};
  try {
    return await new Promise<Answer>((resolve, reject) => {
      const limited = signalWithTimeout(clock, { signal, timeoutMs, operation, effect, timeoutError }, reject);
      release = limited.release;
      const timed: TimedSignal = Object.assign(limited.signal, { [DEADLINE]: deadline });
      work(timed).then(resolve, reject);
    });
  } finally {
    release();
  }
}
