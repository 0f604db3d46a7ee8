import type { CallClass, Clock, Logger } from '../contract/ports.ts';
import type { CallQueue } from './call-queue.ts';
import type { CallRates, Neighbours } from './neighbours.ts';

/** A process whose calls are further apart than this shares nothing, milliseconds: its calls are too few to matter. */
const QUIET_MS = 10_000;
/** The pauses between two exchanges, milliseconds. They begin short, so that processes that start together notice each other. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;
/** Needs are averages over this time, milliseconds. */
const WINDOW_MS = 1_000;

const CALL_CLASSES: readonly CallClass[] = ['reads', 'writes'];

/** What a process shares its rates with. */
export interface SharingOptions {
  readonly neighbours: Neighbours;
  readonly logger: Logger;
}

/** The need of a call class, averaged over a window. */
interface Need {
  sinceMs: number;
  takenBefore: number;
  perSecond: number;
}

/**
 * Divides the rates of a scope among the processes of this host: what a process does not need is for those that need more.
 * The first call after a quiet time goes without it, because it would go at once in any case: a process that makes a call now and
 * then touches no file.
 */
export class RateSharing {
  readonly #clock: Clock;
  readonly #neighbours: Neighbours;
  readonly #logger: Logger;
  readonly #rates: CallRates;
  readonly #queues: Readonly<Record<CallClass, CallQueue>>;
  #needs: Record<CallClass, Need> | undefined;
  #calledMs = Number.NEGATIVE_INFINITY;
  #exchangedMs = Number.NEGATIVE_INFINITY;
  #pauseMs = FIRST_PAUSE_MS;
  #neighbourCount = 0;
  #isHungry = false;
  #cancelTimer = (): void => {};
  #isBroken = false;

  constructor(
    clock: Clock,
    { neighbours, logger }: SharingOptions,
    limits: { readonly rates: CallRates; readonly queues: Readonly<Record<CallClass, CallQueue>> },
  ) {
    this.#clock = clock;
    this.#neighbours = neighbours;
    this.#logger = logger;
    this.#rates = limits.rates;
    this.#queues = limits.queues;
  }

  /** Before each call. */
  beforeCall(): void {
    const nowMs = this.#clock.monotonicMs();
    const isQuiet = nowMs - this.#calledMs > QUIET_MS;
    this.#calledMs = nowMs;
    if (this.#needs !== undefined || isQuiet || this.#isBroken) return;
    this.#needs = { reads: this.#newNeed('reads', nowMs), writes: this.#newNeed('writes', nowMs) };
    this.#exchange(true);
  }

  /** When a call has to wait: others learn it soon. */
  onWait(): void {
    if (this.#needs === undefined || this.#isHungry) return;
    this.#isHungry = true;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#scheduleNext();
  }

  #newNeed(callClass: CallClass, nowMs: number): Need {
    // The call that went without sharing counts too.
    return { sinceMs: nowMs, takenBefore: this.#queues[callClass].taken, perSecond: 1 };
  }

  #exchange(isFirst = false): void {
    const nowMs = this.#clock.monotonicMs();
    this.#exchangedMs = nowMs;
    const needs = { reads: this.#needOf('reads', nowMs), writes: this.#needOf('writes', nowMs) };
    let others: readonly CallRates[];
    try {
      others = this.#neighbours.exchange(needs);
    } catch (error) {
      this.#isBroken = true;
      this.#leave();
      this.#logger.warn(
        { error },
        'the call rate is not shared with other processes of this host: the state folder cannot be used. Together they may be throttled',
      );
      return;
    }
    for (const callClass of CALL_CLASSES) this.#apply(callClass, others, isFirst);
    const hasChanged = others.length !== this.#neighbourCount;
    this.#neighbourCount = others.length;
    this.#pauseMs = hasChanged ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2);
    this.#scheduleNext();
  }

  #scheduleNext(): void {
    this.#cancelTimer();
    const delayMs = Math.max(0, this.#exchangedMs + this.#pauseMs - this.#clock.monotonicMs());
    this.#cancelTimer = this.#clock.schedule(
      delayMs,
      () => {
        if (this.#isIdle()) this.#leave();
        else this.#exchange();
      },
      'background',
    );
  }

  #isIdle(): boolean {
    const { reads, writes } = this.#queues;
    return reads.waiting + writes.waiting === 0 && this.#clock.monotonicMs() - this.#calledMs > QUIET_MS;
  }

  #apply(callClass: CallClass, others: readonly CallRates[], isFirst: boolean): void {
    const rate = this.#rates[callClass];
    const queue = this.#queues[callClass];
    const needs = others.map((other) => other[callClass]);
    queue.limit(shareOf(rate, needs), needs.some((need) => need > 0) ? rate / (needs.length + 1) : rate);
    // Those who were here first may have used up the burst.
    if (isFirst && others.length > 0) queue.spendBurst();
  }

  #needOf(callClass: CallClass, nowMs: number): number {
    const need = this.#needs?.[callClass];
    if (need === undefined) return 0;
    const { taken, isShort } = this.#queues[callClass];
    const elapsedMs = Math.max(WINDOW_MS, nowMs - need.sinceMs);
    const usedPerSecond = ((taken - need.takenBefore) * 1000) / elapsedMs;
    const perSecond = Math.max(usedPerSecond, need.perSecond);
    if (nowMs - need.sinceMs >= WINDOW_MS) {
      Object.assign(need, { sinceMs: nowMs, takenBefore: taken, perSecond: usedPerSecond });
    }
    this.#isHungry = CALL_CLASSES.some((each) => this.#queues[each].isShort);
    return isShort ? this.#rates[callClass] : perSecond;
  }

  #leave(): void {
    this.#cancelTimer();
    this.#needs = undefined;
    this.#neighbourCount = 0;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#neighbours.leave();
    for (const callClass of CALL_CLASSES) {
      const rate = this.#rates[callClass];
      this.#queues[callClass].limit(rate, rate);
    }
  }
}

/**
 * The share of one that needs as much as possible: needs below the fair share are granted in full, the rest is divided evenly.
 * @param needs - those of the others, in calls per second.
 */
export function shareOf(rate: number, needs: readonly number[]): number {
  let left = rate;
  let claimants = needs.length + 1;
  for (const need of needs.toSorted((a, b) => a - b)) {
    if (need >= left / claimants) break;
    left -= need;
    claimants -= 1;
  }
  return left / claimants;
}
