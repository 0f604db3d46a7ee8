import type { Clock } from '../contract/ports.ts';
import type { FixtureTime } from './subject.ts';

/** A clock that a test moves; the `VirtualClock` of `anysession/testing` is one. */
export interface MovableClock extends Clock {
  advance(ms: number): Promise<void>;
  runUntilSettled<T>(promise: Promise<T>): Promise<T>;
}

/** The time of a service that runs on a movable clock altogether: waiting costs nothing. */
export function virtualTime(clock: MovableClock): FixtureTime {
  return {
    clock,
    pass: (ms) => clock.advance(ms),
    settle: (promise) => clock.runUntilSettled(promise),
  };
}

/**
 * The time of an engine that really works while its timeouts are on a movable clock:
 * calls take the real time they need, and only the kit's waits move the clock.
 */
export function engineTime(clock: MovableClock): FixtureTime {
  return {
    clock,
    pass: (ms) => clock.advance(ms),
    settle: (promise) => promise,
  };
}

/** Real time, for a live service. @param limitMs - for how long a change of state is waited for. */
export function realTime(clock: Clock, limitMs: number): FixtureTime {
  return {
    clock,
    pass: (ms) => new Promise((resolve) => void clock.schedule(ms, resolve)),
    settle: (promise) => promise,
    limitMs,
  };
}
