/**
 * The requests of Athena: the names, lengths, ranges, patterns and choices of the service model
 * (`athena/2017-05-18/service-2.json` of botocore, read 2026-11-21), in our own notation.
 */
import { flag, listOf, mapOf, matching, oneOf, structure, text, whole } from '../shapes.ts';

/** What ListSessions shows without a filter. */
export const ACTIVE_STATES = ['CREATING', 'CREATED', 'IDLE', 'BUSY'] as const;
export const SESSION_STATES = [...ACTIVE_STATES, 'TERMINATING', 'TERMINATED', 'DEGRADED', 'FAILED'] as const;

export const CALCULATION_STATES = [
  ...(['CREATING', 'CREATED', 'QUEUED', 'RUNNING', 'CANCELING'] as const),
  ...(['CANCELED', 'COMPLETED', 'FAILED'] as const),
] as const;

const EXECUTOR_STATES = ['CREATING', 'CREATED', 'REGISTERED', 'TERMINATING', 'TERMINATED', 'FAILED'] as const;

const description = text(1, 1024);
const workGroup = matching(/[a-zA-Z0-9._-]{1,128}/);
const name = text(1, 128);
const sessionId = text(1, 256);
const calculationId = text(1, 36);
const token = text(32, 128);
const managerToken = text(0, 2048);
const pageToken = text(1, 1024);
const pageSize = whole(1, 100);
const codeBlock = text(0, 68_000);
const resourceName = text(1, 1011);
const roleArn = text(20, 2048, /arn:aws[a-z-]*:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+/);
const kmsKey = text(
  1,
  2048,
  /(arn:aws[a-z-]*:kms:([a-z0-9-]+):\d{12}:(key|alias)\/?[a-zA-Z_0-9+=,.@\-_/]+|alias\/[a-zA-Z0-9/_-]+|[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12})/,
);
const tagKey = text(1, 128);
const tags = listOf(structure({ Key: tagKey, Value: text(0, 256) }));
const parameters = mapOf(text(1, 255, /[\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}\t]*/u), text(0, 51_200));

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
      LogGroup: text(1, 512, /[a-zA-Z0-9._/-]+/),
      LogStreamNamePrefix: text(1, 512, /[^:*]*/),
      LogTypes: mapOf(text(), listOf(text())),
    },
    ['Enabled'],
  ),
  ManagedLoggingConfiguration: structure({ Enabled: flag, KmsKey: kmsKey }, ['Enabled']),
  S3LoggingConfiguration: structure(
    {
      Enabled: flag,
      KmsKey: kmsKey,
      LogLocation: text(0, 1024, /s3:\/\/[a-z0-9][a-z0-9-]*[a-z0-9](\/.*)?/),
    },
    ['Enabled'],
  ),
});

const oneSession = structure({ SessionId: sessionId }, ['SessionId']);
const oneCalculation = structure({ CalculationExecutionId: calculationId }, ['CalculationExecutionId']);
const managerPage = { MaxResults: pageSize, NextToken: managerToken };
const page = { MaxResults: pageSize, NextToken: pageToken };

export const SESSION_INPUTS = {
  StartSession: structure(
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
  ),
  GetSession: oneSession,
  GetSessionStatus: oneSession,
  ListSessions: structure({ WorkGroup: workGroup, StateFilter: oneOf(SESSION_STATES), ...managerPage }, ['WorkGroup']),
  TerminateSession: oneSession,
  GetSessionEndpoint: oneSession,
  GetResourceDashboard: structure({ ResourceARN: resourceName }, ['ResourceARN']),
};

export const CALCULATION_INPUTS = {
  StartCalculationExecution: structure(
    {
      SessionId: sessionId,
      Description: description,
      CalculationConfiguration: structure({ CodeBlock: codeBlock }),
      CodeBlock: codeBlock,
      ClientRequestToken: token,
    },
    ['SessionId'],
  ),
  GetCalculationExecution: oneCalculation,
  GetCalculationExecutionStatus: oneCalculation,
  GetCalculationExecutionCode: oneCalculation,
  ListCalculationExecutions: structure(
    { SessionId: sessionId, StateFilter: oneOf(CALCULATION_STATES), ...managerPage },
    ['SessionId'],
  ),
  StopCalculationExecution: oneCalculation,
};

/** The operations of what surrounds sessions: workgroups, executors, sizes, notebooks and tags. */
export const WORKGROUP_INPUTS = {
  GetWorkGroup: structure({ WorkGroup: workGroup }, ['WorkGroup']),
  ListExecutors: structure({ SessionId: sessionId, ExecutorStateFilter: oneOf(EXECUTOR_STATES), ...managerPage }, [
    'SessionId',
  ]),
  ListApplicationDPUSizes: structure(page),
  ListNotebookSessions: structure(
    {
      NotebookId: text(1, 36, /[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}/),
      ...page,
    },
    ['NotebookId'],
  ),
  CreatePresignedNotebookUrl: oneSession,
  TagResource: structure({ ResourceARN: resourceName, Tags: tags }, ['ResourceARN', 'Tags']),
  UntagResource: structure({ ResourceARN: resourceName, TagKeys: listOf(tagKey) }, ['ResourceARN', 'TagKeys']),
  /** The model has a minimum page size and no maximum. */
  ListTagsForResource: structure(
    { ResourceARN: resourceName, MaxResults: whole(75, 2 ** 31 - 1), NextToken: pageToken },
    ['ResourceARN'],
  ),
};
