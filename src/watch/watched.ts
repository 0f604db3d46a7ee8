import type { Clock, Random } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { WatchOptions } from '../contract/watcher.ts';
import { TIMER_EARLINESS_MS } from '../provider-kit/sleep.ts';
import { longestPauseMs, PollSchedule, type PollInterval } from './poll-schedule.ts';

/** Pauses shrink by up to this fraction, so that many processes do not poll in step. */
const JITTER = 0.1;

/** A new session may be missing in lists for this long, milliseconds, before it is described. */
const LIST_GRACE_MS = 10_000;

/** One who waits: takes what polls show, the newest first, until the watch ends. */
export class Watch<Seen> {
  readonly options: WatchOptions;
  #latest: Seen | undefined;
  #end: { readonly error?: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(options: WatchOptions) {
    this.options = options;
  }

  offer(seen: Seen): void {
    this.#latest = seen;
    this.#wake?.();
  }

  end(): void {
    this.#end ??= {};
    this.#wake?.();
  }

  fail(error: unknown): void {
    this.#end ??= { error };
    this.#wake?.();
  }

  /** The next observation; `undefined` at the end. @throws what the watch failed with. */
  async next(): Promise<Seen | undefined> {
    if (this.#latest === undefined && this.#end === undefined) {
      await new Promise<void>((resolve) => void (this.#wake = resolve));
      this.#wake = undefined;
    }
    if (this.#end !== undefined && 'error' in this.#end) throw this.#end.error;
    const seen = this.#latest;
    this.#latest = undefined;
    return seen;
  }
}

/** What a watched session needs of its poller. */
export interface WatchedPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly interval: PollInterval;
}

/** One session that somebody waits for: who waits, what was seen last, and when it is polled next. */
export class Watched<Seen> {
  readonly handle: SessionHandle;
  readonly watches = new Set<Watch<Seen>>();
  readonly sinceMs: number;
  /** The last observation. */
  seen: Seen | undefined;
  /** When to poll it next, milliseconds of the monotonic clock. */
  dueMs: number;
  /** The call that describes it, while it is under way. */
  call: Pick<AbortController, 'signal' | 'abort'> | undefined;
  /** The call that completes a listed state, while it is under way. */
  completion: Pick<AbortController, 'signal' | 'abort'> | undefined;
  /** A complete list did not show it. */
  isMissing = false;
  /** Lists do not show its state: only describing it does. */
  isDescribed = false;
  /** When a listed state may be completed by another call, milliseconds of the monotonic clock. */
  completionDueMs = Number.NEGATIVE_INFINITY;
  readonly #ports: WatchedPorts;
  readonly #schedule: PollSchedule;
  #polls = 0;

  constructor(handle: SessionHandle, ports: WatchedPorts) {
    this.handle = handle;
    this.#ports = ports;
    this.#schedule = new PollSchedule(ports.interval);
    this.sinceMs = ports.clock.monotonicMs();
    this.dueMs = Number.POSITIVE_INFINITY;
  }

  /** How long somebody has waited for it, milliseconds. */
  get waitedMs(): number {
    return this.#ports.clock.monotonicMs() - this.sinceMs;
  }

  add(watch: Watch<Seen>): void {
    const { seenMsAgo } = watch.options;
    const nowMs = this.#ports.clock.monotonicMs();
    this.watches.add(watch);
    const firstMs = seenMsAgo === undefined ? nowMs : Math.max(nowMs, nowMs + this.#pauseMs() - seenMsAgo);
    this.dueMs = Math.min(this.dueMs, this.#atTheLatest(firstMs));
  }

  /** When the first time is up of those who wait, milliseconds of the monotonic clock. */
  get untilMs(): number {
    let firstMs = Number.POSITIVE_INFINITY;
    for (const { options } of this.watches) firstMs = Math.min(firstMs, options.untilMs ?? firstMs);
    return firstMs;
  }

  show(seen: Seen): void {
    this.seen = seen;
    for (const watch of this.watches) watch.offer(seen);
  }

  /** A poll is over, whatever it showed: ends the watches whose last poll it was, and plans the next one. */
  polled(begunMs: number): void {
    this.#polls += 1;
    for (const watch of [...this.watches]) {
      const { untilMs = Number.POSITIVE_INFINITY } = watch.options;
      if (begunMs < untilMs - TIMER_EARLINESS_MS) continue;
      watch.end();
      this.watches.delete(watch);
    }
    this.dueMs = this.#atTheLatest(this.#ports.clock.monotonicMs() + this.#pauseMs());
  }

  /** A list did not show it: it is described, unless the list was whole and it is so new that lists may lag behind it. */
  missed(begunMs: number, isWhole: boolean): void {
    const isNew = this.seen === undefined && this.waitedMs < LIST_GRACE_MS;
    if (isWhole && isNew && begunMs < this.untilMs - TIMER_EARLINESS_MS) this.polled(begunMs);
    else this.isMissing = true;
  }

  pollFailed(error: unknown): void {
    for (const { options } of this.watches) if (SessionError.is(error)) options.onFailedPoll?.(error);
  }

  fail(error: unknown): void {
    for (const watch of this.watches) watch.fail(error);
  }

  #pauseMs(): number {
    const longestMs = longestPauseMs(this.waitedMs);
    const forecastMs = this.#forecastMs(longestMs);
    // A forecast aims at one moment of one start: processes do not share it.
    if (forecastMs !== undefined) return forecastMs;
    return this.#schedule.nextPause(this.waitedMs) * (1 - JITTER * this.#ports.random.next());
  }

  #forecastMs(longestMs: number): number | undefined {
    for (const { options } of this.watches) {
      const { forecast } = options;
      if (forecast === undefined) continue;
      const ageMs = this.#ports.clock.monotonicMs() - forecast.startedMs;
      return forecast.nextPause({ ageMs, polls: this.#polls, longestMs });
    }
    return undefined;
  }

  /** No last poll comes late. */
  #atTheLatest(dueMs: number): number {
    return Math.min(dueMs, this.untilMs);
  }
}
