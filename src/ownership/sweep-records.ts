import type { HolderRecord } from './holder-record.ts';
import type { Liveness } from './holder-socket.ts';

/** What a sweep reads of a holder's record. */
export type SweptRecord = Pick<
  HolderRecord,
  | 'token'
  | 'provider'
  | 'scope'
  | 'owner'
  | 'key'
  | 'sessionId'
  | 'pid'
  | 'startedAtMs'
  | 'keptUntilUptimeMs'
  | 'missingSinceUptimeMs'
>;

/** A record and the way to ask for its holder. */
export interface FoundRecord {
  readonly record: SweptRecord;
  liveness(): Promise<Liveness>;
}

/** The claim of a sweep: while it exists, other sweeps leave the session alone and starts with its key wait. */
export interface SweepClaim {
  /** Removes the record. */
  release(): void;
  /** Leaves the record to the next sweep. */
  giveBack(changes?: Pick<SweptRecord, 'missingSinceUptimeMs'>): void;
}

/** The records of the holders on this host. */
export interface SweepRecords {
  /** The records of one scope. */
  recordsOf(provider: string, scope: string): readonly FoundRecord[];
  /** Claims a session whose holder is dead; `undefined` when somebody else was first. */
  claimToSweep(record: SweptRecord): Promise<SweepClaim | undefined>;
  /** How long this host has been running, milliseconds. */
  uptimeMs(): number;
}
