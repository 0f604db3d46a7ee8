import type { FaultKind } from '../../../src/conformance/index.ts';
import type { Fault } from '../../../src/emulator/fault.ts';

/**
 * Every kind of failure of the wire at any call, by the seed: behind the layers nobody may notice. Lost and reset answers come
 * after the service has acted too, so that each start and each end is put to the test of being repeated.
 */
export const STORM: readonly Fault[] = [
  { kind: 'throttle', probability: 0.03 },
  { kind: 'throttle', retryAfterMs: 1_000, probability: 0.03 },
  { kind: 'server-error', probability: 0.03 },
  { kind: 'html', probability: 0.03 },
  { kind: 'reset', when: 'before', probability: 0.03 },
  { kind: 'reset', when: 'after', probability: 0.03 },
];

/** What the kit may add to a storm: not what it counts the repetitions of, because the storm repeats calls too. */
export const inStorm = (faults: readonly FaultKind[]): readonly FaultKind[] =>
  faults.filter((kind) => kind !== 'unavailable');

/** The storms that the kit goes through: other seeds, other faults at each call. */
export const STORM_SEEDS = [3, 18, 4711] as const;
