import { defineStates } from 'anysession/provider';

/** The states that the service documents. Take the SDK's own type if it has one: a new state then breaks the build. */
type NativeState = 'PENDING' | 'ACTIVE' | 'STOPPING' | 'STOPPED' | 'FAILED';

/**
 * What each state means.
 *
 * Decide for each: does the session accept work (`ready`)? Is anything still held or billed (`final: false`)?
 * A session that shuts down is `terminated` and not final; a broken one that must still be terminated is `failed` and
 * not final. Where the answer is debatable, name the page that gives it and the date you read it.
 */
export const STATES = defineStates<NativeState>({
  PENDING: { state: 'creating', final: false },
  ACTIVE: { state: 'ready', final: false },
  // The service releases the machines one by one: the quota is still in use.
  STOPPING: { state: 'terminated', final: false },
  STOPPED: { state: 'terminated', final: true },
  FAILED: { state: 'failed', final: true },
});
