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
import type { SessionHandle } from '../../src/contract/session-handle.ts';
import { fromDefaultRunSetting } from './run-setting.ts';
import { BATCH_STATUSES, meaningOf, RUN_STATUSES, SUBMISSION_STATUSES } from './states.ts';

/** The tags that anysession writes at start; labels are the others. */
export const OWN_TAGS = {
  owner: 'anysession:owner',
  token: 'anysession:token',
  name: 'anysession:name',
  runList: 'anysession:run-list',
} as const;

/** Whose batch was seen, and when. */
export interface ObservationContext {
  readonly handle: SessionHandle;
  readonly observedAtMs: number;
}

/** What GetBatch answers, in our terms. */
export function fromBatch(batch: GetBatchCommandOutput, context: ObservationContext): BatchObservation {
  const { status, failureReason } = batch;
  // No batch has no runs: 0 is what the service says before it has read them.
  const totalRuns = batch.totalRuns === 0 ? undefined : batch.totalRuns;
  const counts = totalRuns === undefined ? undefined : toCounts(batch, totalRuns);
  const outcome = toOutcome(status, counts, totalRuns);
  const hasExactCounts = status === 'PROCESSED' && counts?.uncounted === 0;
  return {
    ...fromStatus(status, context, toDetails(batch)),
    ...(totalRuns !== undefined && { totalRuns }),
    ...(counts !== undefined && { counts }),
    countsAreExact: hasExactCounts,
    ...(outcome !== undefined && { outcome }),
    ...(failureReason !== undefined && failureReason !== '' && { reason: explained(failureReason) }),
  };
}

/** One entry of ListBatch, which tells no counts. Its name is the start token when anysession started it. */
export function fromListItem(item: BatchListItem, context: ObservationContext): BatchObservation {
  const { status, totalRuns = 0, createdAt, name } = item;
  return {
    ...fromStatus(status, context, {
      ...(name !== undefined && { name }),
      ...(createdAt !== undefined && { createdAtMs: createdAt.getTime() }),
    }),
    ...(totalRuns > 0 && { totalRuns }),
  };
}

/** A batch of which only the state is known. */
export function fromStatus(
  status: string | undefined,
  { handle, observedAtMs }: ObservationContext,
  details: BatchDetails = {},
): BatchObservation {
  const state = meaningOf(BATCH_STATUSES, status);
  return {
    handle,
    nativeState: status ?? '',
    state,
    final: state !== undefined && isFinalBatchState(state),
    observedAtMs,
    countsAreExact: false,
    ...(state === 'failed' && { outcome: 'failed' }),
    details,
  };
}

/** One row of ListRunsInBatch. */
export function toRunRow(row: RunBatchListItem): RunRow | undefined {
  const { runSettingId: id, runId, submissionStatus, submissionFailureReason, submissionFailureMessage } = row;
  if (id === undefined) return undefined;
  const reason = [submissionFailureReason, submissionFailureMessage].filter(Boolean).join(': ');
  return {
    id,
    ...(runId !== undefined && runId !== '' && { runId }),
    submission: meaningOf(SUBMISSION_STATUSES, submissionStatus),
    ...(reason !== '' && { reason }),
  };
}

/** One row of ListRuns. */
export function toRunStatus({ id: runId, status }: RunListItem): RunStatus | undefined {
  return runId === undefined ? undefined : { runId, state: meaningOf(RUN_STATUSES, status), nativeState: status ?? '' };
}

/** What GetRun answers: the code of the failure, its message, and the stream in CloudWatch that tells the rest. */
export function toDescribedRun(runId: string, run: GetRunCommandOutput): RunStatus {
  const { status, failureReason, statusMessage, logLocation } = run;
  const reason = [failureReason, statusMessage].filter(Boolean).join(': ');
  const log = logLocation?.runLogStream ?? logLocation?.engineLogStream;
  return {
    runId,
    state: meaningOf(RUN_STATUSES, status),
    nativeState: status ?? '',
    ...(reason !== '' && { reason }),
    ...(log !== undefined && log !== '' && { log }),
  };
}

function toDetails(batch: GetBatchCommandOutput): BatchDetails {
  const { tags = {}, creationTime, submittedTime, processedTime, failedTime, defaultRunSetting } = batch;
  const { [OWN_TAGS.owner]: owner, [OWN_TAGS.token]: token, [OWN_TAGS.name]: ownName, ...others } = tags;
  const { [OWN_TAGS.runList]: runListUri, ...labels } = others;
  const name = ownName ?? batch.name;
  const ended = processedTime ?? failedTime;
  return {
    ...(name !== undefined && { name }),
    ...(creationTime !== undefined && { createdAtMs: creationTime.getTime() }),
    ...(submittedTime !== undefined && { submittedAtMs: submittedTime.getTime() }),
    ...(ended !== undefined && { endedAtMs: ended.getTime() }),
    ...(runListUri !== undefined && { runListUri }),
    ...(defaultRunSetting !== undefined && { defaults: fromDefaultRunSetting(defaultRunSetting) }),
    labels,
    ...(owner !== undefined && token !== undefined && isOwner(owner) && isStartToken(token)
      ? { ownership: { owner, token } }
      : {}),
  };
}

/**
 * Two summaries, one count: what is not submitted yet is pending, what could not be submitted has failed, and what a cancel
 * kept from being submitted is cancelled. The two lag, each by itself: what neither has is uncounted, and where both have the same
 * run nothing is said.
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
 * How the batch turned out, where that is certain: PROCESSED is not success, and counts that do not add up tell nothing.
 * A cancelled batch has no outcome, and one whose runs were deleted has lost it.
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

/** The one reason that its reader cannot understand without knowing how run lists travel. */
function explained(reason: string): string {
  return /\betag\b/i.test(reason)
    ? `${reason} (the run list was changed after the start: leave it alone until the batch is over, and start again)`
    : reason;
}
