import type { Observation } from './observation.ts';
import type { SessionError } from './session-error.ts';
import type { SessionHandle } from './session-handle.ts';

/** Where a start is when its next poll is planned. */
export interface StartProgress {
  /** Milliseconds since the start. */
  readonly ageMs: number;
  /** How often it has been polled so far. */
  readonly polls: number;
  /** The longest pause that the wait allows, milliseconds. */
  readonly longestMs: number;
}

/** What earlier starts of the same configuration say about a session that is starting. */
export interface StartForecast {
  /** When the session was started, milliseconds of the monotonic clock. */
  readonly startedMs: number;
  /** The pause before the next poll, milliseconds; `undefined` when nothing is known. */
  nextPause(progress: StartProgress): number | undefined;
}

/** When a watch polls. */
export interface WatchOptions {
  /** When to end, milliseconds of the monotonic clock: the watch makes its last poll then. Never by default. */
  readonly untilMs?: number;
  /** How long ago the session was seen, milliseconds: the first poll then comes one pause after that. */
  readonly seenMsAgo?: number;
  /** What is known about a session that is starting. */
  readonly forecast?: StartForecast;
  /** Receives the error of each poll that failed and does not end the watch. */
  readonly onFailedPoll?: (error: SessionError) => void;
}

/**
 * Polls sessions (or run batches, which have their own observations) for those who wait. Many waits share what one poll shows.
 * Each watch yields observations, the first one promptly, until the consumer stops, the session is final,
 * the time is up or the signal aborts.
 */
export interface Watcher<Seen = Observation> {
  /**
   * @throws SessionError `aborted` when the signal aborts; otherwise the error of a poll that no later poll can change.
   */
  watch(handle: SessionHandle, signal: AbortSignal, options?: WatchOptions): AsyncIterable<Seen>;
}
