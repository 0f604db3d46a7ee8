import type { Observation } from '../contract/observation.ts';
import type { Interval } from './evidence.ts';
import type { Range } from './finding.ts';

/**
 * How long something stayed invisible after the call that made it: at least until the last answer without it, at most until the first
 * answer with it. `undefined` when no answer has it.
 * @param needed - as many answers without it, from that one on, say that it was invisible: a fault may empty single ones
 */
export function visibilityRange<T extends Interval>(
  made: Interval,
  readings: readonly T[],
  shows: (reading: T) => boolean,
  needed = 1,
): Range | undefined {
  const at = readings.findIndex(shows);
  const first = readings[at];
  if (first === undefined) return undefined;
  const last = readings[at - needed];
  const atLeastMs = last === undefined ? 0 : Math.max(0, last.sentMs - made.receivedMs);
  return { atLeastMs, atMostMs: Math.max(atLeastMs, first.receivedMs - made.sentMs) };
}

/**
 * How long a session was in a phase. A constant delay of the answers changes nothing in it: both ends move alike.
 * @param isIn - whether an observation shows the phase
 * @param isAfter - whether it shows what follows
 */
export function phaseRange(
  started: Interval,
  seen: readonly (Interval & { readonly value: Observation })[],
  isIn: (seen: Observation) => boolean,
  isAfter: (seen: Observation) => boolean,
): Range | undefined {
  const afterAt = seen.findIndex(({ value }) => isAfter(value) && !isIn(value));
  const next = seen[afterAt];
  if (next === undefined) return undefined;
  const inAt = seen.slice(0, afterAt).findIndex(({ value }) => isIn(value));
  const before = seen[(inAt === -1 ? afterAt : inAt) - 1] ?? started;
  const atMostMs = next.receivedMs - before.sentMs;
  const [first, last] = [seen[inAt], seen[afterAt - 1]];
  if (inAt === -1 || first === undefined || last === undefined) return { atLeastMs: 0, atMostMs };
  return { atLeastMs: Math.max(0, last.sentMs - first.receivedMs), atMostMs };
}
