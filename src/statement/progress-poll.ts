import type { Clock } from '../contract/ports.ts';

/** The pauses between two looks, milliseconds: a short statement is seen, and a long one is not pestered. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1000;
const GROWTH = 1.5;

/** Looks again and again, at growing pauses, while it is switched on. Does not keep the process alive. */
export class ProgressPoll {
  readonly #clock: Clock;
  readonly #look: () => void;
  #callOff: (() => void) | undefined;

  constructor(clock: Clock, look: () => void) {
    this.#clock = clock;
    this.#look = look;
  }

  /** Switching on what is on, or off what is off, changes nothing. */
  switch(on: boolean): void {
    if (on) {
      if (this.#callOff === undefined) this.#schedule(FIRST_PAUSE_MS);
    } else {
      this.#callOff?.();
      this.#callOff = undefined;
    }
  }

  #schedule(pauseMs: number): void {
    const lookAndGoOn = (): void => {
      this.#schedule(Math.min(pauseMs * GROWTH, LONGEST_PAUSE_MS));
      this.#look();
    };
    this.#callOff = this.#clock.schedule(pauseMs, lookAndGoOn, 'background');
  }
}
