import type { CallContext } from '../contract/call-context.ts';
import type { Observation } from '../contract/observation.ts';
import type { Clock, Logger, Random } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { Watcher, WatchOptions } from '../contract/watcher.ts';
import { abortedError } from '../provider-kit/aborted-error.ts';
import { callbackController, onAbort } from '../provider-kit/on-abort.ts';
import { TIMER_EARLINESS_MS } from '../provider-kit/sleep.ts';
import { shows, type ListedProvider, type LiveFilter, LiveLists } from './live-list.ts';
import { BudgetDelay } from './budget-delay.ts';
import { Completer, contextOf, type Complete } from './completer.ts';
import { Describer } from './describer.ts';
import type { PollInterval } from './poll-schedule.ts';
import { WakeTimer } from './wake-timer.ts';
import { Watch, Watched } from './watched.ts';

/** Sessions that are due within this time of each other are polled together, milliseconds. */
const TOGETHER_MS = 1_000;
/** Between the beginnings of two lists there are at least so many milliseconds, or most of the provider's shortest pause. */
const LIST_PERIOD_MS = 1_600;
const LIST_PART_OF_SHORTEST = 0.9;
/** After a list that took long comes a pause as long as the list, up to this, milliseconds. */
const LONGEST_REST_MS = 2_000;

/** What can be polled: a session, or a run batch. */
export interface Polled {
  readonly handle: SessionHandle;
  readonly state: string | undefined;
  readonly final: boolean;
}

/** Who is asked: a provider of sessions or of batches. */
export interface PolledProvider<Seen> {
  readonly scope: string;
  readonly capabilities: PollInterval;
  describe(handle: SessionHandle, call: CallContext): Promise<Seen>;
}

/** What a poller needs. */
export interface SharedPollerPorts<Seen extends Polled = Observation> {
  readonly provider: PolledProvider<Seen>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** The provider again, where a list shows what `describe` does. */
  readonly lists?: ListedProvider<Seen> | undefined;
  /** Completes a listed observation whose state another call reports; `undefined` where the list says all. */
  readonly complete?: Complete<Seen> | undefined;
  /** How long the next poll waits for the rate budget, milliseconds. */
  readonly delayMs?: (operation: 'describe' | 'listPage') => number;
}

/**
 * Polls for all waits of one scope together: with one list for many sessions, with a call per session for few, whichever takes fewer
 * calls. Nothing is polled while nobody waits. A poll that fails temporarily, after the retries of the layers, ends no wait.
 */
export class SharedPoller<Seen extends Polled = Observation> implements Watcher<Seen> {
  readonly #ports: SharedPollerPorts<Seen>;
  readonly #lists: LiveLists<Seen> | undefined;
  readonly #completer: Completer<Seen>;
  readonly #describer: Describer<Seen>;
  readonly #budgetDelay: BudgetDelay;
  readonly #watched = new Map<string, Watched<Seen>>();
  readonly #timer: WakeTimer;
  readonly #togetherMs: number;
  readonly #listPeriodMs: number;
  #reading: Reading<Seen> | undefined;
  /** Before that no list begins, milliseconds of the monotonic clock. */
  #nextListMs = Number.NEGATIVE_INFINITY;

  constructor(ports: SharedPollerPorts<Seen>) {
    const { lists, complete, clock, provider, logger } = ports;
    const { min } = provider.capabilities.watchIntervalMs;
    this.#ports = ports;
    this.#lists = lists && new LiveLists(lists, clock);
    this.#completer = new Completer(clock, complete);
    this.#describer = new Describer(ports);
    this.#budgetDelay = new BudgetDelay(provider.scope, logger);
    this.#timer = new WakeTimer(clock, () => this.#poll());
    this.#togetherMs = Math.min(TOGETHER_MS, min / 2);
    this.#listPeriodMs = Math.min(LIST_PERIOD_MS, min * LIST_PART_OF_SHORTEST);
  }

  async *watch(
    handle: SessionHandle,
    signal: AbortSignal,
    options: WatchOptions = {},
  ): AsyncGenerator<Seen, void, undefined> {
    const watch = new Watch<Seen>(options);
    const watched = this.#watchedAt(handle);
    watched.add(watch);
    const stopListening = onAbort(signal, () => {
      // The call under way knows what it waits for.
      if (watched.call !== undefined && watched.watches.size === 1) watched.call.abort(signal.reason);
      else watch.fail(abortedError('wait', signal));
    });
    this.#timer.at(watched.dueMs);
    try {
      for (let seen = await watch.next(); seen !== undefined; seen = await watch.next()) {
        yield seen;
        if (seen.final) return;
      }
    } finally {
      stopListening();
      watched.watches.delete(watch);
      if (watched.watches.size === 0) this.#drop(watched);
    }
  }

  #watchedAt(handle: SessionHandle): Watched<Seen> {
    const known = this.#watched.get(handle.id);
    if (known !== undefined && known.watches.size > 0) return known;
    const watched = new Watched<Seen>(handle, { ...this.#ports, interval: this.#ports.provider.capabilities });
    this.#watched.set(handle.id, watched);
    return watched;
  }

  #drop(watched: Watched<Seen>): void {
    if (this.#watched.get(watched.handle.id) === watched) this.#watched.delete(watched.handle.id);
    this.#completer.drop(watched);
    watched.call?.abort();
    if (this.#watched.size > 0) return;
    this.#reading?.call.abort();
    this.#timer.stop();
  }

  /** Polls what is due, with as few calls as possible, and sets the timer for the rest. */
  #poll(): void {
    const soonMs = this.#ports.clock.monotonicMs() + TIMER_EARLINESS_MS;
    const idle = [...this.#watched.values()].filter(({ call }) => call === undefined);
    const together = idle.filter(({ dueMs }) => dueMs <= soonMs + this.#togetherMs);
    const isDue = together.some(({ dueMs }) => dueMs <= soonMs);
    const list = this.#reading?.list ?? (isDue ? this.#lists?.choose(together) : undefined);
    if (this.#reading === undefined && list !== undefined) {
      const hurried = together.filter(({ untilMs }) => untilMs <= soonMs).length;
      if (soonMs >= this.#nextListMs || hurried > this.#describer.most)
        void this.#readList(list, idle, together.length);
    }
    const due: Watched<Seen>[] = [];
    for (const watched of idle) {
      const atMs = this.#aloneAtMs(watched, list);
      if (atMs <= soonMs) due.push(watched);
      else this.#timer.at(atMs);
    }
    if (list !== undefined && this.#reading === undefined) this.#timer.at(this.#nextListMs);
    const { free } = this.#describer;
    if (due.length > free) due.sort((a, b) => a.dueMs - b.dueMs);
    for (const watched of due.slice(0, free)) void this.#describe(watched);
  }

  /** When a session is described, milliseconds of the monotonic clock, with regard to a list that is being read or comes next. */
  #aloneAtMs(watched: Watched<Seen>, list: LiveFilter | undefined): number {
    const { isMissing, dueMs, untilMs } = watched;
    const reading = this.#reading;
    if (isMissing || list === undefined || !(reading?.wanted.has(watched) ?? shows(list, watched))) return dueMs;
    // A list that began before the time was up is not the last poll.
    const isLastPoll = reading !== undefined && reading.begunMs >= untilMs - TIMER_EARLINESS_MS;
    return isLastPoll ? Number.POSITIVE_INFINITY : Math.max(dueMs, untilMs);
  }

  async #describe(watched: Watched<Seen>): Promise<void> {
    this.#noteDelay('describe');
    const wasFull = await this.#describer.describe(watched);
    if (wasFull) this.#timer.at(this.#ports.clock.monotonicMs());
    else if (this.#watched.get(watched.handle.id) === watched) this.#timer.at(watched.dueMs);
  }

  /** @param maxPages - describing what is due takes so many calls. */
  async #readList(list: LiveFilter, idle: readonly Watched<Seen>[], maxPages: number): Promise<void> {
    const { clock } = this.#ports;
    const call = callbackController();
    const wanted = new Set(idle.filter((watched) => shows(list, watched)));
    const begunMs = clock.monotonicMs();
    this.#reading = { list, call, wanted, begunMs };
    this.#noteDelay('listPage');
    const left = new Map([...wanted].map((watched) => [watched.handle.id, watched]));
    const onPage = (observations: readonly Seen[], pageMs: number): boolean => {
      for (const seen of observations) {
        const watched = this.#watched.get(seen.handle.id);
        if (watched === undefined || !wanted.has(watched)) continue;
        left.delete(seen.handle.id);
        watched.isMissing = false;
        watched.show(seen);
        watched.polled(pageMs);
        this.#completer.complete(watched, seen);
      }
      return left.size === 0;
    };
    try {
      const isWhole = await this.#lists?.read(list, { maxPages, call: contextOf(call) }, onPage);
      for (const watched of left.values()) watched.missed(begunMs, isWhole === true);
    } catch (error) {
      if (!call.signal.aborted) this.#listFailed(error, left.values(), begunMs);
    }
    this.#reading = undefined;
    const nowMs = clock.monotonicMs();
    this.#nextListMs = Math.max(begunMs + this.#listPeriodMs, nowMs + Math.min(nowMs - begunMs, LONGEST_REST_MS));
    if (this.#watched.size > 0) this.#timer.at(nowMs);
  }

  #listFailed(error: unknown, left: Iterable<Watched<Seen>>, begunMs: number): void {
    const { provider, logger } = this.#ports;
    const kind = SessionError.is(error) ? error.kind : String(error);
    const isGivenUp = this.#lists?.failed(error) === true;
    const next = isGivenUp ? 'describing each session instead' : 'polling again later';
    logger.warn({ scope: provider.scope, kind }, `listing failed; ${next}`);
    if (isGivenUp) return;
    for (const watched of left) {
      watched.pollFailed(error);
      watched.polled(begunMs);
    }
  }

  #noteDelay(operation: 'describe' | 'listPage'): void {
    this.#budgetDelay.note(this.#ports.delayMs?.(operation) ?? 0, this.#watched.size);
  }
}

/** The list that is being read, and the sessions that it is read for. */
interface Reading<Seen> {
  readonly list: LiveFilter;
  readonly call: Pick<AbortController, 'signal' | 'abort'>;
  readonly wanted: ReadonlySet<Watched<Seen>>;
  readonly begunMs: number;
}
