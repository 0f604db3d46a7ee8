import type { World } from '../world.ts';
import type { OmicsBatch } from './omics-batch.ts';

const toTime = (atMs: number): string => new Date(atMs).toISOString();

export function arnOf({ region, accountId }: World, resource: 'runBatch' | 'run', id: string): string {
  return `arn:aws:omics:${region}:${accountId}:${resource}/${id}`;
}

/** The answer of GetBatch. */
export function toBatch(world: World, batch: OmicsBatch): object {
  const { id, uuid, request, status, totalRuns, failureReason, createdAtMs } = batch;
  const { submittedMs, processedMs, failedMs } = batch.times;
  return {
    id,
    arn: arnOf(world, 'runBatch', id),
    uuid,
    name: request.batchName,
    status,
    tags: request.tags ?? {},
    totalRuns,
    defaultRunSetting: request.defaultRunSetting,
    ...toSummaries(batch),
    creationTime: toTime(createdAtMs),
    ...(submittedMs !== undefined && { submittedTime: toTime(submittedMs) }),
    ...(processedMs !== undefined && { processedTime: toTime(processedMs) }),
    ...(failedMs !== undefined && status === 'FAILED' && { failedTime: toTime(failedMs), failureReason }),
  };
}

/** One entry of ListBatch. */
export function toBatchItem({ id, request, status, totalRuns, createdAtMs }: OmicsBatch): object {
  const { workflowId } = request.defaultRunSetting;
  return { id, name: request.batchName, status, createdAt: toTime(createdAtMs), totalRuns, workflowId };
}

/** One row of ListRunsInBatch. */
export function toRow(world: World, batch: OmicsBatch, index: number): object {
  const runId = batch.runIdOf(index);
  const submissionStatus = batch.submissionOf(index);
  return {
    runSettingId: batch.settings[index]?.runSettingId,
    ...(runId !== undefined && {
      runId,
      runInternalUuid: `${batch.uuid}-${index}`,
      runArn: arnOf(world, 'run', runId),
    }),
    ...(submissionStatus !== undefined && { submissionStatus }),
    ...(submissionStatus === 'FAILED' && {
      submissionFailureReason: 'VALIDATION_ERROR',
      submissionFailureMessage: 'The run could not be started with these parameters.',
    }),
  };
}

/** The answer of GetRun: what lists have, and why a run failed. */
export function toRunDetails(world: World, batch: OmicsBatch, index: number): object {
  const id = batch.runIdOf(index) ?? '';
  const hasFailed = batch.runStatusOf(index) === 'FAILED';
  return {
    ...toRun(world, batch, index),
    logLocation: { engineLogStream: `run/${id}/engine`, runLogStream: `run/${id}` },
    ...(hasFailed && {
      failureReason: 'WORKFLOW_RUN_FAILED',
      statusMessage: 'A task of the workflow ended with exit status 1.',
    }),
  };
}

/** One entry of ListRuns. */
export function toRun(world: World, batch: OmicsBatch, index: number): object {
  const id = batch.runIdOf(index);
  const { plan, request, settings } = batch;
  const status = batch.runStatusOf(index);
  const name = settings[index]?.name ?? request.defaultRunSetting.name;
  const isOver = status === 'COMPLETED' || status === 'FAILED';
  return {
    arn: arnOf(world, 'run', id ?? ''),
    id,
    status,
    workflowId: request.defaultRunSetting.workflowId,
    batchId: batch.id,
    ...(name !== undefined && { name }),
    creationTime: toTime(plan?.submittedAt[index] ?? batch.createdAtMs),
    ...((status === 'RUNNING' || isOver) && { startTime: toTime(plan?.startedAt[index] ?? 0) }),
    ...(isOver && { stopTime: toTime(plan?.endedAt[index] ?? 0) }),
  };
}

const RUN_COUNTS = {
  PENDING: 'pendingRunCount',
  STARTING: 'startingRunCount',
  RUNNING: 'runningRunCount',
  STOPPING: 'stoppingRunCount',
  COMPLETED: 'completedRunCount',
  DELETED: 'deletedRunCount',
  FAILED: 'failedRunCount',
  CANCELLED: 'cancelledRunCount',
} as const;

/** The counts of submissions and runs, as far behind as the option `countsLagMs` says. */
function toSummaries(batch: OmicsBatch): object {
  const lagMs = batch.countsLagMs;
  const runs: Record<string, number> = Object.fromEntries(Object.values(RUN_COUNTS).map((name) => [name, 0]));
  const submissions = { started: 0, refused: 0, waiting: 0, cancelled: 0, deleted: 0 };
  for (let index = 0; index < batch.settings.length; index++) {
    const run = batch.runStatusOf(index, lagMs);
    const submission = batch.submissionOf(index, lagMs);
    if (run !== undefined) runs[RUN_COUNTS[run]] = (runs[RUN_COUNTS[run]] ?? 0) + 1;
    if (submission === 'FAILED') submissions.refused += 1;
    else if (run === undefined) submissions.waiting += 1;
    else submissions.started += 1;
    if (run !== undefined && submission === 'CANCEL_SUCCESS') submissions.cancelled += 1;
    if (submission === 'DELETE_SUCCESS') submissions.deleted += 1;
  }
  return {
    submissionSummary: {
      successfulStartSubmissionCount: submissions.started,
      failedStartSubmissionCount: submissions.refused,
      pendingStartSubmissionCount: submissions.waiting,
      successfulCancelSubmissionCount: submissions.cancelled,
      failedCancelSubmissionCount: 0,
      successfulDeleteSubmissionCount: submissions.deleted,
      failedDeleteSubmissionCount: 0,
    },
    runSummary: runs,
  };
}
