/**
 * The batch requests of HealthOmics and their routes: the names, lengths, ranges, patterns and choices of the service model
 * (`omics/2022-11-28/service-2.json` of botocore, read 2026-11-21), in our own notation.
 */
import type { RestRoute } from '../aws/aws-protocols.ts';
import { document, listOf, mapOf, matching, oneOf, structure, text, whole } from '../shapes.ts';

export const CANCELLABLE_STATUSES = ['PENDING', 'SUBMITTING', 'INPROGRESS'] as const;
const END_STATUSES = ['STOPPING', 'CANCELLED', 'FAILED', 'PROCESSED'] as const;
const DELETION_STATUSES = ['RUNS_DELETING', 'RUNS_DELETE_FAILED', 'RUNS_DELETED'] as const;
export const BATCH_STATUSES = ['CREATING', ...CANCELLABLE_STATUSES, ...END_STATUSES, ...DELETION_STATUSES] as const;

export const SUBMISSION_STATUSES = [
  'SUCCESS',
  'FAILED',
  'CANCEL_SUCCESS',
  'CANCEL_FAILED',
  'DELETE_SUCCESS',
  'DELETE_FAILED',
] as const;

/** The states in which a run holds resources. */
export const LIVE_RUN_STATUSES = ['PENDING', 'STARTING', 'RUNNING', 'STOPPING'] as const;
export const RUN_STATUSES = [...LIVE_RUN_STATUSES, 'COMPLETED', 'DELETED', 'CANCELLED', 'FAILED'] as const;

const words = /[\p{L}|\p{M}|\p{Z}|\p{S}|\p{N}|\p{P}]+/u;
const id = text(1, 18, /[0-9]+/);
const text64 = text(1, 64, words);
const text128 = text(1, 128, words);
const uri = text(1, 750, words);
const accountId = text(12, 12, /[0-9]+/);
const version = /[A-Za-z0-9][A-Za-z0-9\-._]*/;
const tags = mapOf(text(1, 128), text(0, 256));
const pageSize = whole(1, 100);

const DEFAULT_RUN_SETTING = structure(
  {
    workflowId: id,
    workflowType: oneOf(['PRIVATE', 'READY2RUN']),
    roleArn: text(1, 128, /arn:.+/),
    name: text128,
    cacheId: id,
    cacheBehavior: oneOf(['CACHE_ON_FAILURE', 'CACHE_ALWAYS']),
    runGroupId: id,
    priority: whole(0, 100_000),
    parameters: document,
    storageCapacity: whole(0, 100_000),
    outputUri: uri,
    logLevel: oneOf(['OFF', 'FATAL', 'ERROR', 'ALL']),
    runTags: tags,
    retentionMode: oneOf(['RETAIN', 'REMOVE']),
    storageType: oneOf(['STATIC', 'DYNAMIC']),
    workflowOwnerId: matching(/[0-9]{12}/),
    outputBucketOwnerId: accountId,
    workflowVersionName: text(1, 64, version),
    networkingMode: oneOf(['RESTRICTED', 'VPC']),
    configurationName: text(1, 128, version),
    sessionPolicy: text(1, 2048, /[\p{L}\p{M}\p{Z}\p{S}\p{N}\p{P}\t\n\r]+/u),
    engineSettings: document,
    scratchStorageMode: oneOf(['LOCAL', 'SHARED']),
  },
  ['workflowId', 'roleArn'],
);

/** One run of a batch, in a request or in an object in S3. */
export const RUN_SETTING = structure(
  {
    runSettingId: text128,
    name: text128,
    outputUri: uri,
    priority: whole(0, 100_000),
    parameters: document,
    outputBucketOwnerId: accountId,
    runTags: tags,
    engineSettings: document,
  },
  ['runSettingId'],
);

const oneBatch = structure({ batchId: id }, ['batchId']);
const page = { maxItems: pageSize, startingToken: text128 };

export const INPUTS = {
  StartRunBatch: structure(
    {
      batchName: text64,
      requestId: text128,
      tags,
      defaultRunSetting: DEFAULT_RUN_SETTING,
      batchRunSettings: structure({ inlineSettings: listOf(RUN_SETTING, { min: 1, max: 100 }), s3UriSettings: uri }),
    },
    ['requestId', 'defaultRunSetting', 'batchRunSettings'],
  ),
  GetBatch: oneBatch,
  ListBatch: structure({ ...page, status: oneOf(BATCH_STATUSES), name: text64, runGroupId: id }),
  ListRunsInBatch: structure(
    {
      batchId: id,
      ...page,
      submissionStatus: oneOf(SUBMISSION_STATUSES),
      runSettingId: text(),
      runId: text(),
    },
    ['batchId'],
  ),
  CancelRunBatch: oneBatch,
  DeleteRunBatch: oneBatch,
  DeleteBatch: oneBatch,
  ListRuns: structure({
    name: text128,
    runGroupId: id,
    batchId: id,
    startingToken: text128,
    maxResults: pageSize,
    status: oneOf(RUN_STATUSES),
  }),
  GetRun: structure({ id, export: listOf(oneOf(['DEFINITION']), { max: 32 }) }, ['id']),
};

export const ROUTES: Readonly<Record<keyof typeof INPUTS, RestRoute>> = {
  StartRunBatch: ['POST', '/runBatch', 201],
  GetBatch: ['GET', '/runBatch/{batchId}'],
  ListBatch: ['GET', '/runBatch'],
  ListRunsInBatch: ['GET', '/runBatch/{batchId}/run'],
  CancelRunBatch: ['POST', '/runBatch/cancel', 202],
  DeleteRunBatch: ['POST', '/runBatch/delete', 202],
  DeleteBatch: ['DELETE', '/runBatch/{batchId}', 202],
  ListRuns: ['GET', '/run'],
  GetRun: ['GET', '/run/{id}'],
};
