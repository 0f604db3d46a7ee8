import type { ConnectGate } from './data-plane/gatekeeper.ts';
import type { ObjectStore } from './s3/object-store.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Timeline } from './timeline.ts';

/** How long one start takes, milliseconds. */
export function startupOf({ startupMs, startupSpreadMs, random }: World): number {
  return startupSpreadMs === 0 ? startupMs : startupMs + Math.round(random.next() * startupSpreadMs);
}

/** What all emulated services share. */
export interface World {
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly region: string;
  readonly accountId: string;
  /** Milliseconds from a start to a session that accepts work. */
  readonly startupMs: number;
  /** Each start may take up to this much longer, milliseconds, drawn from the seed. */
  readonly startupSpreadMs: number;
  /** Whether the code of calculations runs on this machine. */
  readonly runCode: boolean;
  /** The objects in S3, for the services that read them. */
  readonly objects: ObjectStore;
  /** The data plane behind the endpoints of sessions. */
  readonly connect: ConnectGate;
}
