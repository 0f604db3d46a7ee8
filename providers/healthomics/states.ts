import type { BatchStatus, RunStatus as NativeRunStatus, SubmissionStatus } from '@aws-sdk/client-omics';
import type { RunState, Submission } from '../../src/contract/batch-run.ts';
import type { BatchState } from '../../src/contract/batch-state.ts';

/**
 * Every state of a batch in the model of HealthOmics; a state that a new SDK adds breaks the build here.
 * PROCESSED means that every run has ended, successfully or not. After DeleteRunBatch the runs are gone and the batch has still ended.
 * @see https://docs.aws.amazon.com/omics/latest/dev/workflows-batch-status.html (read 2026-11-20)
 */
export const BATCH_STATUSES = {
  CREATING: 'creating',
  PENDING: 'creating',
  SUBMITTING: 'running',
  INPROGRESS: 'running',
  STOPPING: 'stopping',
  CANCELLED: 'cancelled',
  PROCESSED: 'finished',
  RUNS_DELETING: 'finished',
  RUNS_DELETED: 'finished',
  FAILED: 'failed',
} as const satisfies Record<BatchStatus, BatchState>;

/** @see https://docs.aws.amazon.com/omics/latest/api/API_RunListItem.html (read 2026-11-20) */
export const RUN_STATUSES = {
  PENDING: 'pending',
  STARTING: 'running',
  RUNNING: 'running',
  STOPPING: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  DELETED: 'deleted',
} as const satisfies Record<NativeRunStatus, RunState>;

/** @see https://docs.aws.amazon.com/omics/latest/api/API_RunBatchListItem.html (read 2026-11-20) */
export const SUBMISSION_STATUSES = {
  SUCCESS: 'accepted',
  FAILED: 'refused',
  CANCEL_SUCCESS: 'cancel-accepted',
  CANCEL_FAILED: 'cancel-refused',
  DELETE_SUCCESS: 'delete-accepted',
  DELETE_FAILED: 'delete-refused',
} as const satisfies Record<SubmissionStatus, Submission>;

/** The meaning of a native state in a table; `undefined` for an unknown one. */
export function meaningOf<Meaning>(
  table: Readonly<Record<string, Meaning>>,
  native: string | undefined,
): Meaning | undefined {
  return native !== undefined && Object.hasOwn(table, native) ? table[native] : undefined;
}

/** The native states of a table with the given meaning. */
export function nativesOf<Native extends string, Meaning>(
  table: Readonly<Record<Native, Meaning>>,
  meaning: Meaning,
): Native[] {
  return (Object.keys(table) as Native[]).filter((native) => table[native] === meaning);
}
