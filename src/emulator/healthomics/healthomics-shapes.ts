/**
 * What HealthOmics' batch requests may look like: the names, lengths, ranges, patterns and choices of the service model
 * (`omics/2022-11-28/service-2.json` of botocore, read 2026-11-21), in our own notation.
 */
import { document, listOf, mapOf, structure, text, whole } from '../shapes.ts';

/** The states of a batch. */
export const BATCH_STATUSES = [
  'CREATING',
  'PENDING',
  'SUBMITTING',
  'INPROGRESS',
  'STOPPING',
  'CANCELLED',
  'FAILED',
  'PROCESSED',
  'RUNS_DELETING',
  'RUNS_DELETE_FAILED',
  'RUNS_DELETED',
] as const;

/** What became of the submission of a run. */
export const SUBMISSION_STATUSES = [
  'SUCCESS',
  'FAILED',
  'CANCEL_SUCCESS',
  'CANCEL_FAILED',
  'DELETE_SUCCESS',
  'DELETE_FAILED',
] as const;

/** The states of a run. */
export const RUN_STATUSES = [
  'PENDING',
  'STARTING',
  'RUNNING',
  'STOPPING',
  'COMPLETED',
  'DELETED',
  'CANCELLED',
  'FAILED',
] as const;

const words = /[\p{L}|\p{M}|\p{Z}|\p{S}|\p{N}|\p{P}]+/u;
const id = text({ min: 1, max: 18, pattern: /[0-9]+/ });
const text64 = text({ min: 1, max: 64, pattern: words });
const text128 = text({ min: 1, max: 128, pattern: words });
const uri = text({ min: 1, max: 750, pattern: words });
const accountId = text({ min: 12, max: 12, pattern: /[0-9]+/ });
const version = /[A-Za-z0-9][A-Za-z0-9\-._]*/;
const tags = mapOf(text({ min: 1, max: 128 }), text({ min: 0, max: 256 }));
const pageSize = whole(1, 100);

const DEFAULT_RUN_SETTING = structure(
  {
    workflowId: id,
    workflowType: text({ oneOf: ['PRIVATE', 'READY2RUN'] }),
    roleArn: text({ min: 1, max: 128, pattern: /arn:.+/ }),
    name: text128,
    cacheId: id,
    cacheBehavior: text({ oneOf: ['CACHE_ON_FAILURE', 'CACHE_ALWAYS'] }),
    runGroupId: id,
    priority: whole(0, 100_000),
    parameters: document,
    storageCapacity: whole(0, 100_000),
    outputUri: uri,
    logLevel: text({ oneOf: ['OFF', 'FATAL', 'ERROR', 'ALL'] }),
    runTags: tags,
    retentionMode: text({ oneOf: ['RETAIN', 'REMOVE'] }),
    storageType: text({ oneOf: ['STATIC', 'DYNAMIC'] }),
    workflowOwnerId: text({ pattern: /[0-9]{12}/ }),
    outputBucketOwnerId: accountId,
    workflowVersionName: text({ min: 1, max: 64, pattern: version }),
    networkingMode: text({ oneOf: ['RESTRICTED', 'VPC'] }),
    configurationName: text({ min: 1, max: 128, pattern: version }),
    sessionPolicy: text({ min: 1, max: 2048, pattern: /[\p{L}\p{M}\p{Z}\p{S}\p{N}\p{P}\t\n\r]+/u }),
    engineSettings: document,
    scratchStorageMode: text({ oneOf: ['LOCAL', 'SHARED'] }),
  },
  ['workflowId', 'roleArn'],
);

/** One run of a batch, as a request or an object in S3 says it. */
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

/** The request of StartRunBatch. */
export const START_RUN_BATCH = structure(
  {
    batchName: text64,
    requestId: text128,
    tags,
    defaultRunSetting: DEFAULT_RUN_SETTING,
    batchRunSettings: structure({
      inlineSettings: listOf(RUN_SETTING, { min: 1, max: 100 }),
      s3UriSettings: uri,
    }),
  },
  ['requestId', 'defaultRunSetting', 'batchRunSettings'],
);

/** The request of every operation that names a batch and nothing else. */
export const ONE_BATCH = structure({ batchId: id }, ['batchId']);

/** The request of ListBatch. */
export const LIST_BATCH = structure({
  maxItems: pageSize,
  startingToken: text128,
  status: text({ oneOf: BATCH_STATUSES }),
  name: text64,
  runGroupId: id,
});

/** The request of ListRunsInBatch. */
export const LIST_RUNS_IN_BATCH = structure(
  {
    batchId: id,
    maxItems: pageSize,
    startingToken: text128,
    submissionStatus: text({ oneOf: SUBMISSION_STATUSES }),
    runSettingId: text({}),
    runId: text({}),
  },
  ['batchId'],
);

/** The request of ListRuns. */
export const LIST_RUNS = structure({
  name: text128,
  runGroupId: id,
  batchId: id,
  startingToken: text128,
  maxResults: pageSize,
  status: text({ oneOf: RUN_STATUSES }),
});

/** The request of GetRun. */
export const GET_RUN = structure({ id, export: listOf(text({ oneOf: ['DEFINITION'] }), { max: 32 }) }, ['id']);
