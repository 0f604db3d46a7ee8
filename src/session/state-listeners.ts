import type { Logger } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { StateChange } from './session-tracker.ts';

/** Called with each state change of a session. */
export type StateListener = (change: StateChange) => void;

/** The state listeners of a session. A listener that throws is logged and does not affect the others. */
export class StateListeners {
  readonly #logger: Logger;
  readonly #listeners = new Set<StateListener>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /**
   * Adds a listener and returns a function that removes it.
   * @throws SessionError `invalid-request` for an unknown event.
   */
  add(event: string, listener: StateListener): () => void {
    if (event !== 'state') {
      throw new SessionError('invalid-request', `unknown event '${event}'; a session has the event 'state'`, {
        operation: 'on',
      });
    }
    // Wrapped, so that one function added twice is two listeners.
    const entry: StateListener = (change) => {
      listener(change);
    };
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  /** Calls all listeners. */
  emit(change: StateChange): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        this.#logger.error({ session: change.status.handle.id, error }, 'a state listener threw');
      }
    }
  }
}
