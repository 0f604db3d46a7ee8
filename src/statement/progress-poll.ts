import type { Clock } from '../contract/ports.ts';

/** The poll interval, milliseconds. It starts short for short statements and grows. */
const FIRST_INTERVAL_MS = 100;
const LONGEST_INTERVAL_MS = 1000;
const GROWTH = 1.5;

/** Calls back at growing intervals while it is switched on. Does not keep the process alive. */
export class ProgressPoll {
  readonly #clock: Clock;
  readonly #poll: () => void;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, poll: () => void) {
    this.#clock = clock;
    this.#poll = poll;
  }

  /** Does nothing when it is switched that way already. */
  switch(on: boolean): void {
    if (on) {
      if (this.#cancel === undefined) this.#schedule(FIRST_INTERVAL_MS);
    } else {
      this.#cancel?.();
      this.#cancel = undefined;
    }
  }

  #schedule(intervalMs: number): void {
    const pollAgain = (): void => {
      this.#schedule(Math.min(intervalMs * GROWTH, LONGEST_INTERVAL_MS));
      this.#poll();
    };
    this.#cancel = this.#clock.schedule(intervalMs, pollAgain, 'background');
  }
}
