import type { RunDefaults } from './batch-run.ts';
import type { BatchState } from './batch-state.ts';
import type { Ownership } from './ownership.ts';
import type { SessionHandle } from './session-handle.ts';

/**
 * How many runs are where. Each run is counted once among `pending`, `running`, `completed`, `failed`, `cancelled`,
 * `deleted` and `uncounted`; together they are the total, at any moment (B-013). `submitted` counts those that ever became a run, as
 * far as they are counted.
 */
export interface BatchCounts {
  readonly submitted: number;
  /** Not submitted yet, or submitted and not begun. */
  readonly pending: number;
  /** Under way: starting, running or stopping. */
  readonly running: number;
  readonly completed: number;
  /** Ended badly, or never became a run because its submission failed. */
  readonly failed: number;
  readonly cancelled: number;
  /** Its record was deleted, and with it how it ended. */
  readonly deleted: number;
  /** Nobody knows yet: a service that is creating a batch has counted none, and one that lags has missed some. 0 at the end. */
  readonly uncounted: number;
}

/** How a batch turned out as a whole. */
export type BatchOutcome = 'succeeded' | 'partial' | 'failed';

/** What a service tells of a batch besides its state; a member is absent where it does not tell. */
export interface BatchDetails {
  readonly name?: string;
  readonly createdAtMs?: number;
  /** When the last submission was attempted, epoch milliseconds. */
  readonly submittedAtMs?: number;
  readonly endedAtMs?: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** Where the list of runs lies that the batch reads, when it is not part of the request. */
  readonly runListUri?: string;
  /** What its runs have in common. */
  readonly defaults?: RunDefaults;
  /** Written by anysession at start; absent on batches that somebody else started. */
  readonly ownership?: Ownership;
}

/** What a provider saw of one batch in one answer of its service. */
export interface BatchObservation {
  readonly handle: SessionHandle;
  /** The state in the service's own word. */
  readonly nativeState: string;
  /** The normalized state; `undefined` when the native state is in no table, which means "no news" (B-011). */
  readonly state: BatchState | undefined;
  /** Whether no run of it runs or will run any more. */
  readonly final: boolean;
  /** When the service was asked, epoch milliseconds. */
  readonly observedAtMs: number;
  /** Absent until the service has counted the runs that it was given. */
  readonly totalRuns?: number;
  /** Only together with `totalRuns`; absent where the service counts more than there are. */
  readonly counts?: BatchCounts;
  /** Whether `counts` are settled and no run is uncounted; until the batch is final they lag behind. */
  readonly countsAreExact: boolean;
  /** Present only once it is known for certain. */
  readonly outcome?: BatchOutcome;
  /** Why the batch itself failed. */
  readonly reason?: string;
  readonly details: BatchDetails;
}
