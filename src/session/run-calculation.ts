import {
  isCalculationOver,
  type CalculationObservation,
  type CalculationRunner,
} from '../contract/calculation-runner.ts';
import type { Capabilities } from '../contract/capabilities.ts';
import type { Clock, Random } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import { onAbort } from '../provider-kit/on-abort.ts';
import { assertSendable } from '../provider-kit/sendable-input.ts';
import { sleep, TIMER_EARLINESS_MS } from '../provider-kit/sleep.ts';
import { PollSchedule } from '../watch/poll-schedule.ts';
import { callContext } from './call-context.ts';
import { LAST_POLL_MS } from './session-wait.ts';
import { signalWithTimeout } from '../provider-kit/signal-with-timeout.ts';
import {
  assertValue,
  callback,
  assertOptions,
  patience,
  signal as abortSignal,
  text,
  type Checks,
} from './option-checks.ts';
import { raceAbort } from '../provider-kit/race-abort.ts';

/** How a block of code is run. */
export interface CalculationOptions {
  /** For people, 1..1024 characters. */
  readonly name?: string | undefined;
  /** Stops the calculation in its service. */
  readonly signal?: AbortSignal | undefined;
  /** Limit from the call to the end of the calculation, milliseconds. Default: none. */
  readonly timeoutMs?: number | undefined;
  /** Called with each observation of the calculation. */
  readonly onProgress?: ((seen: CalculationObservation) => void) | undefined;
}

const CHECKS: Checks<CalculationOptions> = {
  name: text(1024),
  signal: abortSignal,
  timeoutMs: patience,
  onProgress: callback,
};

/** Code may end as soon as it has begun, which no start does: the first pause after it is no longer than this, milliseconds. */
const SHORT_CALCULATION_MS = 1_000;

/** Limit for stopping an abandoned calculation, milliseconds. */
const STOP_TIMEOUT_MS = 30_000;

/** The session that a calculation runs in. */
export interface CalculationPlace {
  readonly handle: SessionHandle;
  /** The provider's runner with all layers. */
  readonly runner: CalculationRunner;
  readonly clock: Clock;
  readonly random: Random;
  readonly whenReady: (signal: AbortSignal) => Promise<void>;
  readonly watchIntervalMs: Capabilities['watchIntervalMs'];
  /** Aborts when this process closes, detaches or ends the session. */
  readonly closing: AbortSignal;
}

/** Runs a block of code and polls until it ends. A failure or an abort stops the calculation in the service. */
export async function runCalculation(
  place: CalculationPlace,
  code: string,
  options: CalculationOptions,
): Promise<CalculationObservation> {
  assertValue('calculate', 'code', code, text());
  assertOptions('calculate', options, CHECKS);
  assertSendable('calculate', { code, name: options.name }, 'calculation');
  const { clock } = place;
  const { timeoutMs = Number.POSITIVE_INFINITY } = options;
  const signal = options.signal === undefined ? place.closing : AbortSignal.any([options.signal, place.closing]);
  const untilMs = clock.monotonicMs() + timeoutMs;
  const timeoutError = (): SessionError =>
    calculationError(place, 'timeout', `did not end within ${Math.round(timeoutMs)} ms`);
  const within = async <Answer>(limitMs: number, work: (limit: AbortSignal) => Promise<Answer>): Promise<Answer> => {
    const limit = signalWithTimeout(clock, { operation: 'calculate', signal, timeoutMs: limitMs, timeoutError });
    try {
      return await work(limit.signal);
    } finally {
      limit.release();
    }
  };
  const started = await within(timeoutMs, async (limit) => {
    await place.whenReady(limit);
    return start(place, code, options, limit);
  });
  // When the time is up, one last poll decides.
  const leftMs = untilMs - clock.monotonicMs();
  return within(leftMs + LAST_POLL_MS, (limit) =>
    follow(place, started, options, { untilMs, timeoutError, signal: limit }),
  );
}

/** Starts the calculation. After an abort it still waits for the answer, which has the id that must be stopped. */
async function start(
  place: CalculationPlace,
  code: string,
  { name }: CalculationOptions,
  signal: AbortSignal,
): Promise<CalculationObservation> {
  const { handle, runner, clock, random } = place;
  const request = { token: `calc-${random.hex(32)}`, code, ...(name !== undefined && { name }) };
  const starting = runner.start(handle, request, callContext(clock));
  const stopLate = onAbort(signal, () => {
    void starting.then(
      ({ id }) => stop(place, id),
      () => {},
    );
  });
  return raceAbort(starting, signal, 'calculate', 'unknown').finally(stopLate);
}

/** Stops an abandoned calculation; resolves with what the service refused it with. */
async function stop({ handle, runner, clock }: CalculationPlace, id: string): Promise<SessionError | undefined> {
  try {
    await runner.stop(handle, id, callContext(clock, { timeoutMs: STOP_TIMEOUT_MS }));
    return undefined;
  } catch (error) {
    // Code ends with its session.
    if (!SessionError.is(error) || error.kind === 'not-found' || error.kind === 'session-failed') return undefined;
    return error;
  }
}

/** The error of an abandoned calculation: whether it was stopped. What it did before is unknown. */
function abandonedError(error: SessionError, refusal: SessionError | undefined): SessionError {
  const end = refusal === undefined ? 'and was stopped' : 'and may still run: stopping it failed';
  const message = error.kind === 'timeout' ? `${error.message} ${end}` : `${error.message}; the code ${end.slice(4)}`;
  return error.with({ effect: 'unknown', ...(refusal && { cause: refusal, advice: refusal.advice }) }, message);
}

/** What ends the polling of a calculation early. */
interface FollowLimits {
  /** On the monotonic clock, milliseconds. */
  readonly untilMs: number;
  readonly timeoutError: () => SessionError;
  readonly signal: AbortSignal;
}

async function follow(
  place: CalculationPlace,
  started: CalculationObservation,
  { onProgress }: CalculationOptions,
  { untilMs, timeoutError, signal }: FollowLimits,
): Promise<CalculationObservation> {
  const { handle, runner, clock } = place;
  const { min, max } = place.watchIntervalMs;
  const schedule = new PollSchedule({ ...place, watchIntervalMs: { min: Math.min(min, SHORT_CALCULATION_MS), max } });
  const startedMs = clock.monotonicMs();
  let seen = started;
  try {
    onProgress?.(seen);
    while (!isCalculationOver(seen.state)) {
      const nowMs = clock.monotonicMs();
      if (nowMs >= untilMs - TIMER_EARLINESS_MS) throw timeoutError();
      await sleep(clock, Math.min(schedule.nextPause(nowMs - startedMs), untilMs - nowMs), signal);
      seen = await runner.describe(handle, started.id, callContext(clock, { signal }));
      onProgress?.(seen);
    }
  } catch (error) {
    const refusal = await stop(place, started.id);
    const isAbandoned = SessionError.is(error, 'timeout') || SessionError.is(error, 'aborted');
    throw isAbandoned ? abandonedError(error, refusal) : error;
  }
  if (seen.state === 'succeeded') return seen;
  const { reason = 'the service gave no reason' } = seen;
  if (seen.state === 'cancelled') throw calculationError(place, 'aborted', `was cancelled in the service: ${reason}`);
  throw calculationError(place, 'invalid-request', `failed: ${reason}`);
}

function calculationError(
  { handle }: CalculationPlace,
  kind: 'timeout' | 'aborted' | 'invalid-request',
  what: string,
): SessionError {
  return new SessionError(kind, `the calculation in session '${handle.id}' ${what}`, {
    operation: 'calculate',
    provider: handle.provider,
    handle,
  });
}
