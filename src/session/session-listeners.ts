import type { Logger } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SpendWarning } from '../cost/spend-meter.ts';
import type { StateChange } from './session-tracker.ts';

/** The events of a session. */
export interface SessionEvents {
  /** Each state change. */
  readonly state: StateChange;
  /** The session, or all sessions of its environment, have spent 80 % of `maxSpend`. Given once per limit. */
  readonly spend: SpendWarning;
}

/** Called with each state change of a session. */
export type StateListener = (change: StateChange) => void;

type Listener = (value: never) => void;

/** The listeners of a session. A listener that throws is logged and does not affect the others. */
export class SessionListeners {
  readonly #logger: Logger;
  readonly #listeners: Readonly<Record<keyof SessionEvents, Set<Listener>>> = { state: new Set(), spend: new Set() };

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /**
   * Adds a listener and returns a function that removes it.
   * @throws SessionError `invalid-request` for an unknown event.
   */
  add<Event extends keyof SessionEvents>(event: Event, listener: (value: SessionEvents[Event]) => void): () => void {
    if (!Object.hasOwn(this.#listeners, event)) {
      const known = Object.keys(this.#listeners).join("', '");
      throw new SessionError('invalid-request', `unknown event '${event}'; a session has the events '${known}'`, {
        operation: 'on',
      });
    }
    // Wrapped, so that one function added twice is two listeners.
    const entry = (value: SessionEvents[Event]): void => {
      listener(value);
    };
    this.#listeners[event].add(entry);
    return () => void this.#listeners[event].delete(entry);
  }

  /** Calls all listeners of an event. */
  emit<Event extends keyof SessionEvents>(event: Event, session: string, value: SessionEvents[Event]): void {
    for (const listener of this.#listeners[event]) {
      try {
        (listener as (value: SessionEvents[Event]) => void)(value);
      } catch (error) {
        this.#logger.error({ session, error }, `a ${event} listener threw`);
      }
    }
  }
}
