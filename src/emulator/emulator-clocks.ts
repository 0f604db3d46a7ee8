import type { Clock } from '../contract/ports.ts';

/** The machine's own clock; its timers do not keep the process alive. */
export const REAL_CLOCK: Clock = Object.freeze({
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  schedule(delayMs: number, callback: () => void) {
    const timer = setTimeout(callback, delayMs).unref();
    return () => {
      clearTimeout(timer);
    };
  },
});

/** A clock that stands still: time passes only through `advance`, which needs no timers to run what is due. */
export const STANDING_CLOCK: Clock = Object.freeze({
  nowMs: () => Date.UTC(2027, 0, 1),
  monotonicMs: () => 0,
  schedule: () => () => {},
});
