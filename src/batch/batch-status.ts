import type { BatchCounts, BatchOutcome } from '../contract/batch-observation.ts';
import type { BatchState } from '../contract/batch-state.ts';
import type { SubmissionEstimate } from './estimate.ts';

/** The last known status of a batch. */
export interface BatchStatus {
  readonly state: BatchState;
  readonly nativeState: string;
  readonly final: boolean;
  readonly totalRuns?: number;
  readonly counts?: BatchCounts;
  readonly countsAreExact: boolean;
  /** Present once it is certain. */
  readonly outcome?: BatchOutcome;
  readonly reason?: string;
  readonly observedAtMs: number;
  /** How long submitting the pending runs takes; absent when no more runs are submitted or their number is unknown. */
  readonly remaining?: SubmissionEstimate;
}
