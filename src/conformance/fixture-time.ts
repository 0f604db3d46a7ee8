import type { Clock } from '../contract/ports.ts';
import type { FixtureTime } from './subject.ts';

/** A clock that a test moves, such as the `VirtualClock` of `anysession/testing`. */
export interface MovableClock extends Clock {
  advance(ms: number): Promise<void>;
  runUntilSettled<T>(promise: Promise<T>): Promise<T>;
}

/** The time of a service that runs entirely on a movable clock: waiting takes no real time. */
export function virtualTime(clock: MovableClock): FixtureTime {
  return { clock, pass: (ms) => clock.advance(ms), settle: (promise) => clock.runUntilSettled(promise) };
}

/**
 * The time of an engine that really computes while its timeouts run on a movable clock:
 * calls take the real time they need, and only the kit's waits move the clock.
 */
export function engineTime(clock: MovableClock): FixtureTime {
  return { clock, pass: (ms) => clock.advance(ms), settle: (promise) => promise };
}

/** Real time, for a live service. @param limitMs - how long the kit waits for a change of state. */
export function realTime(clock: Clock, limitMs: number): FixtureTime {
  const pass = (ms: number): Promise<void> => new Promise((resolve) => void clock.schedule(ms, resolve));
  return { clock, pass, settle: (promise) => promise, limitMs };
}
