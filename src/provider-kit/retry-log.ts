import type { Clock, Logger } from '../contract/ports.ts';

/** Retries of one operation within this time count together, milliseconds. */
const WINDOW_MS = 60_000;
/** From this many retries within a window on, they are no passing failure. */
const LASTING = 3;

/** One retry. */
export interface Retry {
  readonly operation: string;
  /** Why the attempt before failed: an error kind, or the status of a protocol. */
  readonly kind: string;
  readonly attempt: number;
  readonly delayMs: number;
}

/** Logs retries at debug level. Retries that last are logged at warn level once a minute, with their count. */
export class RetryLog {
  readonly #clock: Clock;
  readonly #logger: Logger;
  /** Since when retries of an operation count together, and how many there were. */
  readonly #windows = new Map<string, { readonly sinceMs: number; count: number }>();

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** @param place - what else the line needs: the provider, its scope, the session */
  retried({ operation, kind, attempt, delayMs }: Retry, place: object): void {
    const key = `${operation} ${kind}`;
    const nowMs = this.#clock.monotonicMs();
    let window = this.#windows.get(key);
    if (window === undefined || nowMs - window.sinceMs >= WINDOW_MS) {
      window = { sinceMs: nowMs, count: 0 };
      this.#windows.set(key, window);
    }
    window.count += 1;
    const pauseMs = Math.round(delayMs);
    const fields = { operation, kind, attempt, delayMs: pauseMs, ...place };
    if (window.count === LASTING) {
      const within = `${Math.ceil((nowMs - window.sinceMs) / 1000)} s`;
      this.#logger.warn(
        { ...fields, retries: window.count },
        `${operation} failed ${window.count} times within ${within} (${kind}); retrying in ${pauseMs} ms`,
      );
    } else {
      this.#logger.debug(fields, `${operation} failed (${kind}); retrying in ${pauseMs} ms`);
    }
  }
}
