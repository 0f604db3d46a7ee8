import type {
  BatchListItem,
  GetBatchCommandOutput,
  GetRunCommandOutput,
  RunBatchListItem,
  RunListItem,
} from '@aws-sdk/client-omics';
import type {
  BatchCounts,
  BatchDetails,
  BatchObservation,
  BatchOutcome,
} from '../../src/contract/batch-observation.ts';
import type { RunRow, RunStatus } from '../../src/contract/batch-run.ts';
import { isFinalBatchState } from '../../src/contract/batch-state.ts';
import { isOwner, isStartToken } from '../../src/contract/ownership.ts';
import type { ObservationContext } from '../../src/provider-kit/observation.ts';
import { omitUndefined } from '../../src/provider-kit/omit-undefined.ts';
import { fromDefaultRunSetting } from './run-setting.ts';
import { BATCH_STATUSES, meaningOf, RUN_STATUSES, SUBMISSION_STATUSES } from './states.ts';

/** The tags that anysession writes at start; labels are the others. */
export const OWN_TAGS = {
  owner: 'anysession:owner',
  token: 'anysession:token',
  name: 'anysession:name',
  runList: 'anysession:run-list',
} as const;

/** Makes an observation of an answer of GetBatch. */
export function fromBatch(batch: GetBatchCommandOutput, context: ObservationContext): BatchObservation {
  const { status, failureReason } = batch;
  // Every batch has runs: 0 means that the service has not read them yet.
  const totalRuns = batch.totalRuns === 0 ? undefined : batch.totalRuns;
  const counts = totalRuns === undefined ? undefined : toCounts(batch, totalRuns);
  return omitUndefined<BatchObservation>({
    ...fromStatus(status, context, toDetails(batch)),
    totalRuns,
    counts,
    countsAreExact: status === 'PROCESSED' && counts?.uncounted === 0,
    outcome: toOutcome(status, counts, totalRuns),
    reason: failureReason ? explained(failureReason) : undefined,
  });
}

/** Makes an observation of an entry of ListBatch, which has no counts. Its name is the start token if anysession started the batch. */
export function fromListItem(item: BatchListItem, context: ObservationContext): BatchObservation {
  const { status, totalRuns = 0, createdAt, name } = item;
  const details = omitUndefined<BatchDetails>({ name, createdAtMs: createdAt?.getTime() });
  return { ...fromStatus(status, context, details), ...(totalRuns > 0 && { totalRuns }) };
}

/** Makes an observation of a state alone. */
export function fromStatus(
  status: string | undefined,
  context: ObservationContext,
  details: BatchDetails = {},
): BatchObservation {
  const state = meaningOf(BATCH_STATUSES, status);
  return {
    ...context,
    nativeState: status ?? '',
    state,
    final: state !== undefined && isFinalBatchState(state),
    countsAreExact: false,
    ...(state === 'failed' && { outcome: 'failed' }),
    details,
  };
}

/** Reads one row of ListRunsInBatch. */
export function toRunRow(row: RunBatchListItem): RunRow | undefined {
  const { runSettingId: id, runId, submissionStatus, submissionFailureReason, submissionFailureMessage } = row;
  if (id === undefined) return undefined;
  const submission = meaningOf(SUBMISSION_STATUSES, submissionStatus);
  const reason = [submissionFailureReason, submissionFailureMessage].filter(Boolean).join(': ');
  return {
    id,
    submission,
    ...(runId && { runId }),
    ...(reason !== '' && { reason }),
  };
}

/** Reads one row of ListRuns. */
export function toRunStatus({ id: runId, status }: RunListItem): RunStatus | undefined {
  return runId === undefined ? undefined : { runId, state: meaningOf(RUN_STATUSES, status), nativeState: status ?? '' };
}

/** Reads an answer of GetRun: the code and message of a failure, and the CloudWatch stream with its log. */
export function toDescribedRun(runId: string, run: GetRunCommandOutput): RunStatus {
  const { status, failureReason, statusMessage, logLocation } = run;
  const reason = [failureReason, statusMessage].filter(Boolean).join(': ');
  const log = logLocation?.runLogStream ?? logLocation?.engineLogStream;
  const state = meaningOf(RUN_STATUSES, status);
  return { runId, state, nativeState: status ?? '', ...(reason !== '' && { reason }), ...(log && { log }) };
}

function toDetails(batch: GetBatchCommandOutput): BatchDetails {
  const { tags = {}, creationTime, submittedTime, processedTime, failedTime, defaultRunSetting } = batch;
  const { [OWN_TAGS.owner]: owner, [OWN_TAGS.token]: token, [OWN_TAGS.name]: ownName, ...others } = tags;
  const { [OWN_TAGS.runList]: runListUri, ...labels } = others;
  return omitUndefined<BatchDetails>({
    name: ownName ?? batch.name,
    createdAtMs: creationTime?.getTime(),
    submittedAtMs: submittedTime?.getTime(),
    endedAtMs: (processedTime ?? failedTime)?.getTime(),
    runListUri,
    defaults: defaultRunSetting && fromDefaultRunSetting(defaultRunSetting),
    labels,
    ownership:
      owner !== undefined && token !== undefined && isOwner(owner) && isStartToken(token)
        ? { owner, token }
        : undefined,
  });
}

/**
 * Adds up the two summaries of a batch: runs that are not submitted yet are pending, runs whose submission failed are failed, and
 * runs that a cancel kept from submission are cancelled. Each summary lags: runs in neither are uncounted, and if a run is in
 * both there are no counts.
 */
function toCounts(
  { status, submissionSummary, runSummary }: GetBatchCommandOutput,
  totalRuns: number,
): BatchCounts | undefined {
  if (submissionSummary === undefined || runSummary === undefined) return undefined;
  const { successfulStartSubmissionCount = 0, failedStartSubmissionCount = 0 } = submissionSummary;
  const { startingRunCount = 0, runningRunCount = 0, stoppingRunCount = 0 } = runSummary;
  const unsubmitted = submissionSummary.pendingStartSubmissionCount ?? 0;
  const isCancelled = status === 'CANCELLED';
  const counted = {
    pending: (isCancelled ? 0 : unsubmitted) + (runSummary.pendingRunCount ?? 0),
    running: startingRunCount + runningRunCount + stoppingRunCount,
    completed: runSummary.completedRunCount ?? 0,
    failed: (runSummary.failedRunCount ?? 0) + failedStartSubmissionCount,
    cancelled: (isCancelled ? unsubmitted : 0) + (runSummary.cancelledRunCount ?? 0),
    deleted: runSummary.deletedRunCount ?? 0,
  };
  const uncounted = totalRuns - Object.values(counted).reduce((sum, count) => sum + count);
  return uncounted < 0 ? undefined : { submitted: successfulStartSubmissionCount, ...counted, uncounted };
}

/**
 * The outcome of a batch, if it is certain: PROCESSED is not success, and incomplete counts prove nothing.
 * A cancelled batch has no outcome, and one with deleted runs has lost it.
 */
function toOutcome(
  status: string | undefined,
  counts: BatchCounts | undefined,
  totalRuns: number | undefined,
): BatchOutcome | undefined {
  if (status === 'FAILED') return 'failed';
  if (status !== 'PROCESSED' || counts === undefined || totalRuns === undefined) return undefined;
  if (counts.uncounted > 0 || counts.deleted > 0) return undefined;
  if (counts.completed === totalRuns) return 'succeeded';
  return counts.completed === 0 ? 'failed' : 'partial';
}

/** Explains the one reason that requires knowledge of how run lists are uploaded. */
function explained(reason: string): string {
  return /\betag\b/i.test(reason)
    ? `${reason} (the run list was changed after the start: do not change it before the batch has ended, and start again)`
    : reason;
}
