import type { Logger } from '../contract/ports.ts';

/** Who listens to what. A listener that throws is logged and changes nothing else. */
export class Listeners<Events extends object> {
  readonly #logger: Logger;
  readonly #byEvent = new Map<keyof Events, Set<(news: never) => void>>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Adds a listener, and gives the way to remove this one again. */
  add<E extends keyof Events>(event: E, listener: (news: Events[E]) => void): () => void {
    // Wrapped, so that one function added twice is two listeners.
    const entry = (news: Events[E]): void => listener(news);
    const listeners = this.#byEvent.get(event) ?? new Set();
    this.#byEvent.set(event, listeners.add(entry));
    return () => void listeners.delete(entry);
  }

  has(event: keyof Events): boolean {
    return (this.#byEvent.get(event)?.size ?? 0) > 0;
  }

  tell<E extends keyof Events>(event: E, news: Events[E]): void {
    // A copy: a listener may remove itself or others while it is called.
    for (const listener of [...(this.#byEvent.get(event) ?? [])] as ((news: Events[E]) => void)[]) {
      try {
        listener(news);
      } catch (error) {
        this.#logger.error({ event, error }, 'a listener threw');
      }
    }
  }
}
