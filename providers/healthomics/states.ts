import type { BatchStatus, RunStatus as NativeRunStatus, SubmissionStatus } from '@aws-sdk/client-omics';
import type { RunState, Submission } from '../../src/contract/batch-run.ts';
import type { BatchState } from '../../src/contract/batch-state.ts';

/**
 * Every state of a batch that the model of HealthOmics names; a state that a new SDK adds breaks the build here.
 * PROCESSED says that every run has ended, and nothing about how. After DeleteRunBatch the runs are gone and the batch is over still.
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

/** What a native word means in a table; `undefined` for one that it does not know. */
export function meaningOf<Meaning>(
  table: Readonly<Record<string, Meaning>>,
  native: string | undefined,
): Meaning | undefined {
  return native !== undefined && Object.hasOwn(table, native) ? table[native] : undefined;
}

/** The native words of a table that mean something. */
export function nativesOf<Native extends string, Meaning>(
  table: Readonly<Record<Native, Meaning>>,
  meaning: Meaning,
): Native[] {
  return (Object.keys(table) as Native[]).filter((native) => table[native] === meaning);
}
