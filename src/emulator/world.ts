import type { SeededRandom } from './seeded-random.ts';
import type { Timeline } from './timeline.ts';

/** What all emulated services share. */
export interface World {
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly region: string;
  readonly accountId: string;
  /** Milliseconds from a start to a session that takes work. */
  readonly startupMs: number;
}
