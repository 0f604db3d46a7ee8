import type { Logger } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { StateChange } from './session-tracker.ts';

/** Is told each move of a session. */
export type StateListener = (change: StateChange) => void;

/** Who listens to the moves of a session. A listener that throws is logged and changes nothing else. */
export class StateListeners {
  readonly #logger: Logger;
  readonly #listeners = new Set<StateListener>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /**
   * Adds a listener and returns the way to remove it.
   * @throws SessionError `invalid-request` for an event that does not exist: its listener would wait for ever.
   */
  add(event: string, listener: StateListener): () => void {
    if (event !== 'state') {
      throw new SessionError('invalid-request', `a session has the event 'state', not '${event}'`, { operation: 'on' });
    }
    // Wrapped, so that one function added twice is two listeners.
    const entry: StateListener = (change) => {
      listener(change);
    };
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  tell(change: StateChange): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        this.#logger.error({ session: change.status.handle.id, error }, 'a listener of a session threw');
      }
    }
  }
}
