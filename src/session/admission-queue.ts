import type { Clock, Logger, Random } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionProvider } from '../contract/session-provider.ts';
import { abortedError } from '../provider-kit/aborted-error.ts';
import { onAbort } from '../provider-kit/on-abort.ts';
import { TIMER_EARLINESS_MS } from '../provider-kit/sleep.ts';
import { UnsentCall } from '../provider-kit/unsent-call.ts';
import { fullQueueError, queuePlace, queueTimeoutError, quotaText, type QueuePlace } from './queue-place.ts';

/** Most starts that wait for one scope: at a start a second, more than a quarter of an hour passes before the last one's turn. */
const MAX_QUEUED = 1_000;
/** The pauses between two starts that the service refuses, milliseconds. They double until the longest. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** Pauses shrink by up to this fraction, so that the queues of several processes do not call in step. */
const JITTER = 0.1;

/** How one start waits. */
export interface AdmissionOptions {
  /** Until when, on the monotonic clock. */
  readonly untilMs: number;
  /** Stops the wait; nothing has been sent while the start waits. */
  readonly unsent: UnsentCall;
  /** Aborts when the sessions are closed. */
  readonly closing: AbortSignal;
  readonly random: Random;
  readonly logger: Logger;
  /** Called at the end of a wait. */
  readonly onWaited: (waitedMs: number) => void;
  /** Called with each new place. */
  readonly onQueued?: ((place: QueuePlace) => void) | undefined;
}

interface Waiter extends AdmissionOptions {
  /** Places go by the arrival of the start, not of its refusal. */
  readonly arrival: number;
  readonly sinceMs: number;
  position: number;
  readonly start: (attempt: UnsentCall) => Promise<void>;
  readonly reject: (error: unknown) => void;
  readonly release: () => void;
}

/**
 * The starts of one scope that wait until its service has room: first in, first out. Only the first one calls the service. Whether
 * there is room is the service's decision: published limits can have been raised.
 */
export class AdmissionQueue {
  readonly #clock: Clock;
  #waiting: readonly Waiter[] = [];
  /** Starts under way that have not waited. */
  readonly #direct = new Set<UnsentCall>();
  #arrivals = 0;
  #refusal: SessionError | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  #trying: Waiter | undefined;
  #cancelTimer = (): void => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Runs a start, now where nobody waits, and again in its turn as long as the service refuses it for its quota.
   * @throws SessionError `quota-exceeded` when the time is up or the queue is full, what the start fails with, and `aborted`.
   */
  async admit<Started>(start: (attempt: UnsentCall) => Promise<Started>, options: AdmissionOptions): Promise<Started> {
    this.#arrivals += 1;
    const arrival = this.#arrivals;
    const sinceMs = this.#clock.monotonicMs();
    if (this.#waiting.length === 0) {
      const { attempt, release } = newAttempt(options.unsent);
      this.#direct.add(attempt);
      try {
        return await start(attempt);
      } catch (error) {
        if (isQuotaRefusal(error)) this.#recall(error);
        else if (attempt.signal.reason !== RECALLED) throw error;
      } finally {
        this.#direct.delete(attempt);
        release();
      }
    }
    return new Promise((resolve, reject) => {
      this.#enter({ ...options, arrival, sinceMs, start: async (attempt) => resolve(await start(attempt)), reject });
    });
  }

  /** The quota is used up: starts that wait for the call rate, and would overtake, wait here instead. */
  #recall(refusal: SessionError): void {
    this.#refusal = refusal;
    for (const attempt of [...this.#direct]) attempt.stop(RECALLED);
  }

  /** A session has ended, so there may be room. */
  wake(): void {
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#tryIn(0);
  }

  #enter(start: Omit<Waiter, 'release' | 'position'>): void {
    const { unsent, closing, untilMs, reject } = start;
    if (this.#refusal !== undefined && this.#waiting.length >= MAX_QUEUED) {
      reject(fullQueueError(this.#refusal, MAX_QUEUED));
      return;
    }
    const leaveOn = (signal: AbortSignal): (() => void) =>
      onAbort(signal, () => {
        if (this.#trying !== waiter) this.#leave(waiter, abortedError('start', signal));
      });
    const cancels: (() => void)[] = [];
    const waiter: Waiter = { ...start, position: 0, release: () => cancels.forEach((cancel) => cancel()) };
    this.#waiting = [...this.#waiting, waiter].sort((one, other) => one.arrival - other.arrival);
    unsent.watch(() => false);
    cancels.push(leaveOn(unsent.signal), leaveOn(closing));
    if (!this.#waiting.includes(waiter)) {
      waiter.release();
      return;
    }
    if (untilMs < Number.POSITIVE_INFINITY) {
      const leftMs = Math.max(0, untilMs - this.#clock.monotonicMs());
      cancels.push(this.#clock.schedule(Math.ceil(leftMs), () => this.#onDeadline(waiter)));
    }
    this.#announce();
    if (this.#waiting.length === 1) this.#tryIn(this.#nextPause(waiter));
  }

  #onDeadline(waiter: Waiter): void {
    if (waiter === this.#waiting[0]) this.#tryIn(0);
    else this.#giveUp(waiter);
  }

  #giveUp(waiter: Waiter): void {
    const waitedMs = this.#clock.monotonicMs() - waiter.sinceMs;
    const refusal = this.#refusal as SessionError;
    this.#leave(waiter, queueTimeoutError(refusal, this.#placeOf(waiter), waitedMs));
  }

  #leave(waiter: Waiter, error?: unknown): void {
    waiter.release();
    this.#waiting = this.#waiting.filter((other) => other !== waiter);
    waiter.onWaited(this.#clock.monotonicMs() - waiter.sinceMs);
    if (error !== undefined) waiter.reject(error);
    this.#announce();
    // Otherwise the timer is there for the one that is first now.
    if (this.#waiting.length === 0) this.#cancelTimer();
  }

  /** One timer for all; the last thing that the first one does is another try. */
  #tryIn(delayMs: number): void {
    const [first] = this.#waiting;
    if (first === undefined || this.#trying !== undefined) return;
    this.#cancelTimer();
    const leftMs = Math.max(0, Math.ceil(first.untilMs - this.#clock.monotonicMs()));
    this.#cancelTimer = this.#clock.schedule(Math.min(delayMs, leftMs), () => void this.#tryFirst());
  }

  async #tryFirst(): Promise<void> {
    const [first] = this.#waiting;
    if (first === undefined) return;
    this.#trying = first;
    const { attempt, release } = newAttempt(first.unsent);
    const failure = await first.start(attempt).then(
      () => undefined,
      (error: unknown) => error,
    );
    release();
    this.#trying = undefined;
    if (isQuotaRefusal(failure)) this.#keep(first, failure);
    else this.#leave(first, failure);
    if (failure === undefined) this.#pauseMs = FIRST_PAUSE_MS;
    // There may be room for more.
    this.#tryIn(failure === undefined ? 0 : this.#nextPause(first));
  }

  #keep(first: Waiter, refusal: SessionError): void {
    this.#refusal = refusal;
    first.unsent.watch(() => false);
    if (first.closing.aborted) this.#leave(first, abortedError('start', first.closing));
    else if (this.#clock.monotonicMs() >= first.untilMs - TIMER_EARLINESS_MS) this.#giveUp(first);
  }

  #nextPause({ random }: Waiter): number {
    const pauseMs = this.#pauseMs * (1 - JITTER * random.next());
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2);
    return pauseMs;
  }

  /** Reports each new position: those who enter are logged, the others only to who listens. */
  #announce(): void {
    this.#waiting.forEach((waiter, index) => {
      const isNew = waiter.position === 0;
      const hasMoved = waiter.position !== index + 1;
      waiter.position = index + 1;
      const { logger, onQueued } = waiter;
      if (!isNew && (!hasMoved || onQueued === undefined)) return;
      const place = this.#placeOf(waiter);
      const { text, ...fields } = place;
      if (isNew) logger.info(fields, `a start waits for a free quota: ${text}`);
      try {
        onQueued?.(place);
      } catch (error) {
        logger.error({ error }, '`onQueued` threw');
      }
    });
  }

  #placeOf({ position, untilMs }: Waiter): QueuePlace {
    const quota = this.#refusal === undefined ? 'the quota is used up' : quotaText(this.#refusal);
    const leftMs = untilMs - this.#clock.monotonicMs();
    return queuePlace({ position, length: this.#waiting.length, untilMs: this.#clock.nowMs() + leftMs, quota });
  }
}

/** Why a start that has sent nothing is stopped: to wait in the queue. */
const RECALLED = new Error('the quota is used up');

/** One attempt of a start: stopped with it, and by the queue, as long as nothing was sent. */
function newAttempt(unsent: UnsentCall): { readonly attempt: UnsentCall; readonly release: () => void } {
  const attempt = new UnsentCall();
  unsent.watch(() => attempt.mayBeSent);
  const release = onAbort(unsent.signal, () => void attempt.stop(unsent.signal.reason));
  return { attempt, release };
}

/** Whether the service has refused a start for a quota that others can free. */
function isQuotaRefusal(error: unknown): error is SessionError {
  return SessionError.is(error, 'quota-exceeded') && error.effect === 'none' && error.retry !== 'permanent';
}

/** By clock, so that simulated processes do not meet, and by scope. */
const queues = new WeakMap<Clock, Map<string, AdmissionQueue>>();

/** The queue that all `Sessions` of this process share for one scope. */
export function admissionQueueOf(clock: Clock, { id, scope }: Pick<SessionProvider, 'id' | 'scope'>): AdmissionQueue {
  const ofClock = queues.get(clock) ?? new Map<string, AdmissionQueue>();
  queues.set(clock, ofClock);
  const name = JSON.stringify([id, scope]);
  const queue = ofClock.get(name) ?? new AdmissionQueue(clock);
  ofClock.set(name, queue);
  return queue;
}
