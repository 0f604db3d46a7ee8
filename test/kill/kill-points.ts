import { SeededRandom } from '../../src/testing/seeded-random.ts';
import { CLOUDS, type CloudName } from './clouds.ts';
import type { StepPoint } from './count-steps.ts';
import { SCRIPTS, type ScriptName } from './scripts.ts';

/**
 * Where a process is killed: around one of its calls (`before`: the service never gets it; `handled`: it has taken effect and is not
 * answered; `answered`: the answer has been on its way for some milliseconds), around a change of the folder of records, or at any time.
 */
export type KillPoint =
  | { readonly at: 'call'; readonly call: number; readonly when: 'before' | 'handled' }
  | { readonly at: 'call'; readonly call: number; readonly when: 'answered'; readonly afterMs: number }
  /** When this start, counted from 1, has taken effect and is not answered. */
  | { readonly at: 'start'; readonly start: number }
  | ({ readonly at: 'step' } & StepPoint)
  | { readonly at: 'time'; readonly ms: number };

/** How much there is to choose from: what a process does when nobody kills it. */
export interface Profile {
  readonly calls: number;
  readonly steps: number;
  /** From its first call to its end. */
  readonly ms: number;
}

/** A cloud and a script. */
export interface Scene {
  readonly cloud: CloudName;
  readonly script: ScriptName;
}

/** Every script on every cloud. */
export const SCENES: readonly Scene[] = (Object.keys(SCRIPTS) as ScriptName[]).flatMap((script) =>
  (Object.keys(CLOUDS) as CloudName[]).map((cloud) => ({ cloud, script })),
);

/** The longest time from an answer to a kill. */
const ANSWERED_MS = 8;

/** The scene of a seed: as many seeds as there are scenes go through all of them. */
export function sceneOf(seed: number): Scene {
  return SCENES[seed % SCENES.length] as Scene;
}

/** The point of a seed. */
export function pointOf(seed: number, { calls, steps, ms }: Profile): KillPoint {
  // Neighbouring seeds of the generator begin alike.
  const random = new SeededRandom(seed * 7_919 + 13);
  const whole = (limit: number): number => Math.floor(random.next() * limit);
  random.next();
  const kind = random.next();
  if (kind < 0.15) return { at: 'time', ms: whole(ms) };
  if (kind < 0.5 && steps > 0) {
    return { at: 'step', step: 1 + whole(steps), when: random.next() < 0.5 ? 'before' : 'after' };
  }
  const call = 1 + whole(calls);
  const when = (['before', 'handled', 'answered'] as const)[whole(3)] ?? 'handled';
  return when === 'answered' ? { at: 'call', call, when, afterMs: whole(ANSWERED_MS) } : { at: 'call', call, when };
}
