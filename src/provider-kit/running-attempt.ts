import type { CallContext } from '../contract/call-context.ts';
import { possibleEffect } from '../contract/operations.ts';
import type { Clock } from '../contract/ports.ts';
import { SessionError, type Effect } from '../contract/session-error.ts';
import { abortedError } from './aborted-error.ts';
import { callbackController, onAbort } from './on-abort.ts';

/** One attempt of one verb. */
export interface Attempt {
  readonly operation: string;
  readonly call: CallContext;
  /** How long one request may stay unanswered, milliseconds; by default until the deadline. */
  readonly silenceMs?: number | undefined;
  /** Receives the work that timed out by `silenceMs` and keeps running; it settles at the deadline at the latest. */
  readonly onLate?: ((late: Promise<unknown>) => void) | undefined;
  /** When an earlier attempt asked without an answer, monotonic milliseconds: this one needs a connection that was opened later. */
  readonly unansweredSinceMs?: number | undefined;
}

/** Holds the attempt, on the signal that its work was given. */
const ATTEMPT = Symbol('anysession.attempt');

interface AttemptSignal extends AbortSignal {
  [ATTEMPT]?: RunningAttempt;
}

/** The attempt that a signal belongs to: adapters report to it what they wait for. */
export function runningAttempt(signal: AttemptSignal): RunningAttempt | undefined {
  return signal[ATTEMPT];
}

/**
 * One attempt under way, with one signal and one timer. What it waits for decides when it times out, what its error says, and
 * whether the service may have acted.
 */
export class RunningAttempt {
  readonly deadline: number;
  readonly unansweredSinceMs: number | undefined;
  readonly #clock: Clock;
  readonly #attempt: Attempt;
  readonly #controller = callbackController();
  readonly #startedMs: number;
  #sinceMs: number;
  #awaited: string | undefined;
  #isAsking = true;
  #isPreparing = false;
  #wasSent = false;
  #isLate = false;
  #answer: Promise<unknown> | undefined;
  #timerMs = Number.POSITIVE_INFINITY;
  #cancelTimer: (() => void) | undefined;
  #stopListening: (() => void) | undefined;
  #reject: (error: SessionError) => void = () => {};

  constructor(clock: Clock, attempt: Attempt) {
    this.#clock = clock;
    this.#attempt = attempt;
    this.deadline = attempt.call.deadline;
    this.unansweredSinceMs = attempt.unansweredSinceMs;
    this.#startedMs = this.#sinceMs = clock.monotonicMs();
    const signal: AttemptSignal = this.#controller.signal;
    signal[ATTEMPT] = this;
  }

  /** Whether it timed out and keeps running. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /** Since when it waits for what it waits for, monotonic milliseconds. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  /** Reports that a request goes out; each one has its own time limit. @param address - whom it asks, such as `host:443`. */
  asks(address?: string): void {
    this.#isAsking = true;
    this.#wasSent ||= address !== undefined && !this.#isPreparing;
    this.#awaited = address;
    this.#sinceMs = this.#clock.monotonicMs();
    if (this.#timerMs > this.#endMs()) this.#setTimer();
  }

  /** Reports whether the requests that follow only prepare the verb, and change nothing. */
  prepares(isPreparing: boolean): void {
    this.#isPreparing = isPreparing;
  }

  /** Reports that no request is under way; only the deadline limits this. @param what - what it waits for. */
  waitsFor(what: string): void {
    this.#isAsking = false;
    this.#awaited = what;
    this.#sinceMs = this.#clock.monotonicMs();
  }

  /** Runs the work; when it settles, no timer and no listener is left behind. */
  run<Answer>(work: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    const { operation, call } = this.#attempt;
    const { signal } = this.#controller;
    return new Promise<Answer>((resolve, reject) => {
      this.#reject = reject;
      this.#stopListening = onAbort(call.signal, () => {
        const error = abortedError(operation, call.signal, this.effect);
        // A wait that timed out learns whose answer it waited for.
        const isWaitOver = error.kind === 'timeout' && error.cause === undefined;
        this.#end(isWaitOver ? error.with({ cause: this.#timeoutError() }) : error);
      });
      this.#setTimer();
      const settled = <Outcome>(settle: (outcome: Outcome) => void) => {
        return (outcome: Outcome): void => {
          if (!this.#isLate) this.#release();
          settle(outcome);
        };
      };
      try {
        const answer = work(signal);
        this.#answer = answer;
        answer.then(settled(resolve), settled(reject));
      } catch (error) {
        this.#release();
        throw error;
      }
    });
  }

  #release(): void {
    this.#stopListening?.();
    this.#cancelTimer?.();
    this.#timerMs = Number.NEGATIVE_INFINITY;
    this.#answer = undefined;
  }

  /** Lets the work run on: its answer, or its end at the deadline, is the outcome of a second promise. */
  #becomeLate(onLate: (late: Promise<unknown>) => void): void {
    this.#isLate = true;
    const late = new Promise<unknown>((resolve, reject) => {
      this.#reject = reject;
      this.#answer?.then(resolve, reject);
    });
    const release = (): void => {
      this.#release();
    };
    late.then(release, release);
    this.#setTimer();
    onLate(late);
  }

  /** When it times out, unless something is reported before. */
  #endMs(): number {
    const { silenceMs = Number.POSITIVE_INFINITY } = this.#attempt;
    return this.#isAsking && !this.#isLate ? Math.min(this.deadline, this.#sinceMs + silenceMs) : this.deadline;
  }

  #setTimer(): void {
    this.#cancelTimer?.();
    this.#timerMs = this.#endMs();
    if (this.#timerMs === Number.POSITIVE_INFINITY) return;
    this.#cancelTimer = this.#clock.schedule(Math.max(0, this.#timerMs - this.#clock.monotonicMs()), () => {
      this.#onTimer();
    });
  }

  #onTimer(): void {
    // Something was reported since the timer was set.
    if (this.#timerMs < this.#endMs()) {
      this.#setTimer();
      return;
    }
    const { onLate } = this.#attempt;
    const error = this.#timeoutError();
    if (onLate === undefined || this.#timerMs >= this.deadline) {
      this.#end(error);
      return;
    }
    this.#reject(error);
    this.#becomeLate(onLate);
  }

  #end(error: SessionError): void {
    this.#release();
    this.#controller.abort(error);
    this.#reject(error);
  }

  /** What the verb may have changed so far. */
  get effect(): Effect {
    const isSent = this.#wasSent || (this.#isAsking && !this.#isPreparing);
    return isSent ? possibleEffect(this.#attempt.operation) : 'none';
  }

  #timeoutError(): SessionError {
    const { operation } = this.#attempt;
    const { effect } = this;
    const advice =
      effect === 'none' ? 'Try again or allow more time.' : 'It may have happened: check before you repeat it.';
    const by = this.#awaited === undefined ? '' : ` by ${this.#awaited}`;
    const sinceMs = this.#isAsking && this.#timerMs >= this.deadline ? this.#startedMs : this.#sinceMs;
    const waitedMs = Math.round(this.#clock.monotonicMs() - sinceMs);
    const what = this.#isAsking
      ? `${operation} was not answered${by} within ${waitedMs} ms`
      : `${operation} waited ${waitedMs} ms for ${this.#awaited}`;
    return new SessionError('timeout', what, { operation, effect, advice });
  }
}
