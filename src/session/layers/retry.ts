import type { CallContext } from '../../contract/call-context.ts';
import { ERROR_KINDS } from '../../contract/error-kinds.ts';
import { OPERATIONS } from '../../contract/operations.ts';
import type { Clock, Random } from '../../contract/ports.ts';
import { SessionError, type Effect } from '../../contract/session-error.ts';
import { abortedError } from '../../provider-kit/aborted-error.ts';
import { onAbort } from '../../provider-kit/on-abort.ts';
import { runningAttempt, type RunningAttempt } from '../../provider-kit/running-attempt.ts';
import { sleep, TIMER_EARLINESS_MS } from '../../provider-kit/sleep.ts';
import { unsentCall } from '../../provider-kit/unsent-call.ts';
import { withDeadline } from '../../provider-kit/with-deadline.ts';
import { silentLogger, silentMetrics } from '../system-ports.ts';
import type { AnyInvocation, AnyLayer, Next } from './layer.ts';
import { RetryReports } from './retry-reports.ts';

/** Most attempts of one call. */
export const MAX_ATTEMPTS = 5;
/** The first pause is drawn from 0 up to this, milliseconds; each further one from 0 up to twice as much. */
export const BASE_DELAY_MS = 100;
/** The same after the service said that we ask too often. */
export const RATE_LIMITED_BASE_DELAY_MS = 1_000;
/** The longest pause that a service can ask for before a call that ends something, milliseconds. */
const LONGEST_PAUSE_OF_ENDS_MS = 5_000;
/**
 * The one owner of attempts and retries (C-102); the operations table says which verbs may be repeated, and how long one request
 * may stay unanswered. Pauses have full jitter, are never shorter than Retry-After, and none begins that would end after the deadline.
 */
export function retryLayer(
  clock: Clock,
  random: Random,
  reports = new RetryReports(clock, silentLogger, silentMetrics),
): AnyLayer {
  return (invocation, call, next) => {
    const { retried, overlaps } = OPERATIONS[invocation.operation];
    if (!retried) return next(call);
    const attempts = { clock, random, reports, invocation, call, next };
    return overlaps === true ? overlappingAttempts(attempts) : repeatedAttempts(attempts);
  };
}

interface Attempts<Answer> {
  readonly clock: Clock;
  readonly random: Random;
  readonly reports: RetryReports;
  readonly invocation: AnyInvocation;
  readonly call: CallContext;
  readonly next: Next<Answer>;
  /** Attempts that timed out and keep running beside the next one. */
  readonly late?: Promise<Answer>[];
  /** Attempts that may send something, and errors of those that may have done so. */
  readonly acting?: Set<{ readonly effect: Effect }>;
}

async function repeatedAttempts<Answer>({
  clock,
  random,
  reports,
  invocation,
  call,
  next,
  late,
  acting,
}: Attempts<Answer>): Promise<Answer> {
  const { operation } = invocation;
  const { attemptTimeoutMs, ends } = OPERATIONS[operation];
  const silenceMs = attemptTimeoutMs === false ? undefined : attemptTimeoutMs;
  const onLate = late && ((answer: Promise<unknown>) => void late.push(answer as Promise<Answer>));
  /** An attempt whose answer was lost may have acted, whatever a later one reports. */
  let effect: Effect = 'none';
  let unansweredSinceMs: number | undefined;
  for (let attempt = 1; ; attempt++) {
    let running: RunningAttempt | undefined;
    try {
      const answer = withDeadline(clock, { operation, call, silenceMs, onLate, unansweredSinceMs }, (signal) => {
        running = runningAttempt(signal);
        if (running !== undefined) acting?.add(running);
        return next({ signal, deadline: call.deadline, attempt });
      });
      return await (late === undefined || late.length === 0 ? answer : firstAnswer(late, answer));
    } catch (thrown) {
      if (!SessionError.is(thrown)) throw thrown;
      if (thrown.effect === 'unknown') {
        effect = 'unknown';
        acting?.add(thrown);
      } else if (running?.isLate === false) acting?.delete(running);
      if (thrown.kind === 'timeout') unansweredSinceMs = running?.sinceMs;
      const error = thrown.effect === effect ? thrown : thrown.with({ effect });
      reports.failed(invocation, error);
      const isTimeUp = error.kind === 'timeout' && clock.monotonicMs() >= call.deadline - TIMER_EARLINESS_MS;
      if (!canPass(error) || call.signal.aborted || isTimeUp) throw error;
      const delayMs = pauseMs(error, attempt, { ends: ends === true, random });
      if (attempt === MAX_ATTEMPTS || clock.monotonicMs() + delayMs >= call.deadline) {
        const persistent = error.with({ retry: 'persistent' });
        return await Promise.any(late ?? []).catch(() => {
          throw persistent;
        });
      }
      reports.retries(invocation, error, { attempt, delayMs });
      await sleep(clock, delayMs, call.signal).catch(() => {
        throw abortedError(operation, call.signal, effect);
      });
    }
  }
}

/**
 * A slow service may still answer an attempt that timed out. With a token all attempts start the same thing, so none is stopped
 * before there is an answer.
 */
async function overlappingAttempts<Answer>(attempts: Attempts<Answer>): Promise<Answer> {
  const { call } = attempts;
  const all = new AbortController();
  const acting = new Set<{ readonly effect: Effect }>();
  const unsent = unsentCall(call.signal);
  unsent?.watch(() => [...acting].some(({ effect }) => effect !== 'none'));
  const stopListening = onAbort(call.signal, () => {
    all.abort(call.signal.reason);
  });
  try {
    return await repeatedAttempts({ ...attempts, call: { ...call, signal: all.signal }, late: [], acting });
  } finally {
    unsent?.watch();
    stopListening();
    all.abort();
  }
}

/** The first answer of all attempts. A failure of a late one counts only if repeating cannot help. */
function firstAnswer<Answer>(late: readonly Promise<Answer>[], latest: Promise<Answer>): Promise<Answer> {
  const answers = late.map((answer) =>
    answer.catch((error: unknown) => {
      if (!SessionError.is(error) || !canPass(error)) throw error;
      return new Promise<never>(() => {});
    }),
  );
  return Promise.race([...answers, latest]);
}

function canPass({ kind, retry }: SessionError): boolean {
  return retry === 'temporary' && ERROR_KINDS[kind].retriedByLayer;
}

function pauseMs(
  { kind, retryAfterMs = 0 }: SessionError,
  attempt: number,
  { ends, random }: { readonly ends: boolean; readonly random: Random },
): number {
  const base = kind === 'rate-limited' ? RATE_LIMITED_BASE_DELAY_MS : BASE_DELAY_MS;
  const drawn = random.next() * base * 2 ** (attempt - 1);
  return Math.max(drawn, ends ? Math.min(retryAfterMs, LONGEST_PAUSE_OF_ENDS_MS) : retryAfterMs);
}
