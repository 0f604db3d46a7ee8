import type { ConnectGate } from './data-plane/ticket-book.ts';
import type { ObjectStore } from './s3/object-store.ts';
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
  /** What lies in S3, for the services that read it there. */
  readonly objects: ObjectStore;
  /** Where the endpoints of sessions lead. */
  readonly connect: ConnectGate;
}
