import type { Observation } from './observation.ts';
import type { SessionError } from './session-error.ts';
import type { SessionHandle } from './session-handle.ts';

/** When a watch polls. */
export interface WatchOptions {
  /** When to end, milliseconds of the monotonic clock: the watch makes its last poll then. Never by default. */
  readonly untilMs?: number;
  /** How long ago the session was seen, milliseconds: the first poll then comes one pause after that. */
  readonly seenMsAgo?: number;
  /** Receives the error of each poll that failed and does not end the watch. */
  readonly onFailedPoll?: (error: SessionError) => void;
}

/**
 * How waiting looks at a session (or at a run batch, which has observations of its own). Many waiters may share what one watcher sees.
 * Each watch yields observations, the first one promptly, until the consumer stops, the session is final,
 * the time is up or the signal aborts.
 */
export interface Watcher<Seen = Observation> {
  /**
   * @throws SessionError `aborted` when the signal aborts; whatever `describe` throws for good otherwise.
   */
  watch(handle: SessionHandle, signal: AbortSignal, options?: WatchOptions): AsyncIterable<Seen>;
}
