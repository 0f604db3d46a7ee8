import type { Observation } from './observation.ts';
import type { SessionHandle } from './session-handle.ts';

/**
 * How waiting looks at a session. Many waiters may share what one watcher sees.
 * Each watch yields observations, the first one promptly, until the consumer stops, the session is final or the signal aborts.
 */
export interface Watcher {
  /**
   * @throws SessionError `aborted` when the signal aborts; whatever `describe` throws for good otherwise.
   */
  watch(handle: SessionHandle, signal: AbortSignal): AsyncIterable<Observation>;
}
