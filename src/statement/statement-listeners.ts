import type { Logger } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { StatementProgress } from '../contract/statement-runner.ts';
import type { StatementState } from './statement-state.ts';

/** What can be listened to, and what a listener is told. */
export interface StatementEvents {
  /** Each state that the statement enters. */
  state: StatementState;
  /** While the statement runs, at growing pauses of 100 ms to 1 s, where the engine tells its progress. */
  progress: StatementProgress;
}

const EVENT_NAMES: readonly string[] = ['state', 'progress'] satisfies (keyof StatementEvents)[];

/** Who listens to a statement. A listener that throws is logged and changes nothing else. */
export class StatementListeners {
  readonly #logger: Logger;
  readonly #byEvent = new Map<string, Set<(news: never) => void>>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /**
   * Adds a listener, and gives the way to remove this one again.
   * @throws SessionError `invalid-request` for an event that does not exist.
   */
  add<E extends keyof StatementEvents>(event: E, listener: (news: StatementEvents[E]) => void): () => void {
    if (!EVENT_NAMES.includes(event)) {
      // A JavaScript caller may name an event that does not exist and would wait for ever.
      const message = `a statement has the events ${EVENT_NAMES.join(' and ')}, not '${event}'`;
      throw new SessionError('invalid-request', message, { operation: 'on' });
    }
    // Wrapped, so that one function added twice is two listeners.
    const entry = (news: StatementEvents[E]): void => listener(news);
    const listeners = this.#byEvent.get(event) ?? new Set();
    this.#byEvent.set(event, listeners.add(entry));
    return () => void listeners.delete(entry);
  }

  has(event: keyof StatementEvents): boolean {
    return (this.#byEvent.get(event)?.size ?? 0) > 0;
  }

  tell<E extends keyof StatementEvents>(event: E, news: StatementEvents[E]): void {
    for (const listener of (this.#byEvent.get(event) ?? []) as Iterable<(news: StatementEvents[E]) => void>) {
      try {
        listener(news);
      } catch (error) {
        this.#logger.error({ event, error }, 'a listener of a statement threw');
      }
    }
  }
}
