import type { Logger } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { StatementProgress } from '../contract/statement-runner.ts';
import type { StatementState } from './statement-state.ts';

/** The events of a statement, with what a listener receives. */
export interface StatementEvents {
  /** Every state that the statement enters. */
  state: StatementState;
  /** The progress of a running statement, at growing intervals of 100 ms to 1 s, if the engine reports it. */
  progress: StatementProgress;
}

const EVENT_NAMES: readonly string[] = ['state', 'progress'] satisfies (keyof StatementEvents)[];

/** The listeners of a statement. A listener that throws is logged and has no other effect. */
export class StatementListeners {
  readonly #logger: Logger;
  readonly #byEvent = new Map<string, Set<(payload: never) => void>>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /**
   * Adds a listener, and returns the function that removes it.
   * @throws SessionError `invalid-request` for an unknown event.
   */
  add<E extends keyof StatementEvents>(event: E, listener: (payload: StatementEvents[E]) => void): () => void {
    if (!EVENT_NAMES.includes(event)) {
      // A JavaScript caller would wait forever for an unknown event.
      const message = `Unknown event '${event}'. A statement has the events ${EVENT_NAMES.join(' and ')}.`;
      throw new SessionError('invalid-request', message, { operation: 'on' });
    }
    // Wrapped, so that a function that is added twice is two listeners.
    const entry = (payload: StatementEvents[E]): void => listener(payload);
    const listeners = this.#byEvent.get(event) ?? new Set();
    this.#byEvent.set(event, listeners.add(entry));
    return () => void listeners.delete(entry);
  }

  has(event: keyof StatementEvents): boolean {
    return (this.#byEvent.get(event)?.size ?? 0) > 0;
  }

  emit<E extends keyof StatementEvents>(event: E, payload: StatementEvents[E]): void {
    for (const listener of (this.#byEvent.get(event) ?? []) as Iterable<(payload: StatementEvents[E]) => void>) {
      try {
        listener(payload);
      } catch (error) {
        this.#logger.error({ event, error }, 'A listener of a statement threw.');
      }
    }
  }
}
