import type { Observation } from './observation.ts';
import type { SessionHandle } from './session-handle.ts';

/**
 * How waiting looks at a session (or at a run batch, which has observations of its own). Many waiters may share what one watcher sees.
 * Each watch yields observations, the first one promptly, until the consumer stops, the session is final or the signal aborts.
 */
export interface Watcher<Seen = Observation> {
  /**
   * @throws SessionError `aborted` when the signal aborts; whatever `describe` throws for good otherwise.
   */
  watch(handle: SessionHandle, signal: AbortSignal): AsyncIterable<Seen>;
}
