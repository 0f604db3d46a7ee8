/**
 * What Athena's requests may look like: the names, lengths, ranges, patterns and choices of the service model
 * (`athena/2017-05-18/service-2.json` of botocore, read 2026-11-21), in our own notation.
 */
import { flag, listOf, mapOf, structure, text, whole } from '../shapes.ts';

/** Athena's session states. */
export const SESSION_STATES = [
  'CREATING',
  'CREATED',
  'IDLE',
  'BUSY',
  'TERMINATING',
  'TERMINATED',
  'DEGRADED',
  'FAILED',
] as const;

/** Athena's calculation states. */
export const CALCULATION_STATES = [
  'CREATING',
  'CREATED',
  'QUEUED',
  'RUNNING',
  'CANCELING',
  'CANCELED',
  'COMPLETED',
  'FAILED',
] as const;

const EXECUTOR_STATES = ['CREATING', 'CREATED', 'REGISTERED', 'TERMINATING', 'TERMINATED', 'FAILED'] as const;

const description = text({ min: 1, max: 1024 });
const workGroup = text({ pattern: /[a-zA-Z0-9._-]{1,128}/ });
const name = text({ min: 1, max: 128 });
const sessionId = text({ min: 1, max: 256 });
const calculationId = text({ min: 1, max: 36 });
const token = text({ min: 32, max: 128 });
const managerToken = text({ max: 2048 });
const pageToken = text({ min: 1, max: 1024 });
const pageSize = whole(1, 100);
const codeBlock = text({ max: 68_000 });
const resourceName = text({ min: 1, max: 1011 });
const roleArn = text({ min: 20, max: 2048, pattern: /arn:aws[a-z-]*:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+/ });
const kmsKey = text({
  min: 1,
  max: 2048,
  pattern:
    /(arn:aws[a-z-]*:kms:([a-z0-9-]+):\d{12}:(key|alias)\/?[a-zA-Z_0-9+=,.@\-_/]+|alias\/[a-zA-Z0-9/_-]+|[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12})/,
});
const tagKey = text({ min: 1, max: 128 });
const tags = listOf(structure({ Key: tagKey, Value: text({ min: 0, max: 256 }) }));
const parameters = mapOf(
  text({ min: 1, max: 255, pattern: /[\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}\t]*/u }),
  text({ max: 51_200 }),
);

const engineConfiguration = structure({
  CoordinatorDpuSize: whole(1, 1),
  MaxConcurrentDpus: whole(2, 5000),
  DefaultExecutorDpuSize: whole(1, 1),
  AdditionalConfigs: parameters,
  SparkProperties: parameters,
  Classifications: listOf(structure({ Name: name, Properties: parameters })),
});

const monitoringConfiguration = structure({
  CloudWatchLoggingConfiguration: structure(
    {
      Enabled: flag,
      LogGroup: text({ min: 1, max: 512, pattern: /[a-zA-Z0-9._/-]+/ }),
      LogStreamNamePrefix: text({ min: 1, max: 512, pattern: /[^:*]*/ }),
      LogTypes: mapOf(text({}), listOf(text({}))),
    },
    ['Enabled'],
  ),
  ManagedLoggingConfiguration: structure({ Enabled: flag, KmsKey: kmsKey }, ['Enabled']),
  S3LoggingConfiguration: structure(
    {
      Enabled: flag,
      KmsKey: kmsKey,
      LogLocation: text({ max: 1024, pattern: /s3:\/\/[a-z0-9][a-z0-9-]*[a-z0-9](\/.*)?/ }),
    },
    ['Enabled'],
  ),
});

/** The request of StartSession. */
export const START_SESSION = structure(
  {
    Description: description,
    WorkGroup: workGroup,
    EngineConfiguration: engineConfiguration,
    ExecutionRole: roleArn,
    MonitoringConfiguration: monitoringConfiguration,
    NotebookVersion: name,
    SessionIdleTimeoutInMinutes: whole(1, 480),
    ClientRequestToken: token,
    Tags: tags,
    CopyWorkGroupTags: flag,
  },
  ['WorkGroup', 'EngineConfiguration'],
);

/** The request of every operation that names a session and nothing else. */
export const ONE_SESSION = structure({ SessionId: sessionId }, ['SessionId']);

/** The request of ListSessions. */
export const LIST_SESSIONS = structure(
  { WorkGroup: workGroup, StateFilter: text({ oneOf: SESSION_STATES }), MaxResults: pageSize, NextToken: managerToken },
  ['WorkGroup'],
);

/** The request of GetResourceDashboard. */
export const RESOURCE_DASHBOARD = structure({ ResourceARN: resourceName }, ['ResourceARN']);

/** The request of StartCalculationExecution. */
export const START_CALCULATION = structure(
  {
    SessionId: sessionId,
    Description: description,
    CalculationConfiguration: structure({ CodeBlock: codeBlock }),
    CodeBlock: codeBlock,
    ClientRequestToken: token,
  },
  ['SessionId'],
);

/** The request of every operation that names a calculation and nothing else. */
export const ONE_CALCULATION = structure({ CalculationExecutionId: calculationId }, ['CalculationExecutionId']);

/** The request of ListCalculationExecutions. */
export const LIST_CALCULATIONS = structure(
  {
    SessionId: sessionId,
    StateFilter: text({ oneOf: CALCULATION_STATES }),
    MaxResults: pageSize,
    NextToken: managerToken,
  },
  ['SessionId'],
);

/** The request of ListExecutors. */
export const LIST_EXECUTORS = structure(
  {
    SessionId: sessionId,
    ExecutorStateFilter: text({ oneOf: EXECUTOR_STATES }),
    MaxResults: pageSize,
    NextToken: managerToken,
  },
  ['SessionId'],
);

/** The request of ListApplicationDPUSizes. */
export const LIST_DPU_SIZES = structure({ MaxResults: pageSize, NextToken: pageToken });

/** The request of ListNotebookSessions. */
export const LIST_NOTEBOOK_SESSIONS = structure(
  {
    NotebookId: text({ min: 1, max: 36, pattern: /[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}/ }),
    MaxResults: pageSize,
    NextToken: pageToken,
  },
  ['NotebookId'],
);

/** The request of GetWorkGroup. */
export const GET_WORK_GROUP = structure({ WorkGroup: workGroup }, ['WorkGroup']);

/** The request of TagResource. */
export const TAG_RESOURCE = structure({ ResourceARN: resourceName, Tags: tags }, ['ResourceARN', 'Tags']);

/** The request of UntagResource. */
export const UNTAG_RESOURCE = structure({ ResourceARN: resourceName, TagKeys: listOf(tagKey) }, [
  'ResourceARN',
  'TagKeys',
]);

/** The request of ListTagsForResource; the model has a least size of a page and no largest one. */
export const LIST_TAGS = structure(
  { ResourceARN: resourceName, MaxResults: whole(75, 2 ** 31 - 1), NextToken: pageToken },
  ['ResourceARN'],
);
