/** Run batches: `import { openBatches } from 'anysession/batches'`. */
export { openBatches } from './open-batches.ts';

export type { Batches, BatchTarget } from './batch/batches.ts';
export type { Batch } from './batch/batch.ts';
export type { BatchStatus, SubmissionEstimate } from './batch/batch-status.ts';
export type {
  BatchListOptions,
  ResubmitOptions,
  RowOptions,
  StartBatchOptions,
  WaitOptions,
} from './batch/batch-options.ts';
export type { RunSource } from './batch/read-runs.ts';
export type { BatchRun, FailedRun } from './batch/run-listing.ts';

export { BATCH_STATES, type BatchState } from './contract/batch-state.ts';
export type { BatchCounts, BatchDetails, BatchObservation, BatchOutcome } from './contract/batch-observation.ts';
export type { JsonValue, RunDefaults, RunRow, RunSpec, RunState, RunStatus, Submission } from './contract/batch-run.ts';
export type { ConfiguredBatchProvider } from './contract/provider-plugin.ts';
export type { BatchCapabilities, BatchProvider } from './contract/batch-provider.ts';
