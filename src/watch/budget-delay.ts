import type { Logger } from '../contract/ports.ts';

/** From this delay on, polls that wait for the rate budget are logged, milliseconds. */
const DELAY_LOGGED_MS = 2_000;

/** Logs once that the rate budget, and not the schedule, decides when the next polls are made. */
export class BudgetDelay {
  readonly #scope: string;
  readonly #logger: Logger;
  #isDelayed = false;

  constructor(scope: string, logger: Logger) {
    this.#scope = scope;
    this.#logger = logger;
  }

  note(delayMs: number, sessions: number): void {
    const isDelayed = delayMs >= DELAY_LOGGED_MS;
    if (isDelayed && !this.#isDelayed) {
      const waits = { scope: this.#scope, delayMs: Math.round(delayMs), sessions };
      this.#logger.info(waits, 'polls wait for the rate budget; waits notice changes later');
    }
    this.#isDelayed = isDelayed;
  }
}
