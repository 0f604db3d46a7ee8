/**
 * The requests of Glue's interactive sessions: the names, lengths, ranges, patterns and choices of the service model
 * (`glue/2017-03-31/service-2.json` of botocore 1.44.5, read 2026-11-30), in our own notation.
 */
import { listOf, mapOf, matching, oneOf, structure, text, whole } from '../shapes.ts';

export const ENDED_STATES = ['FAILED', 'TIMEOUT', 'STOPPED'] as const;
export const SESSION_STATES = ['PROVISIONING', 'READY', 'STOPPING', ...ENDED_STATES] as const;
export const STATEMENT_STATES = ['WAITING', 'RUNNING', 'AVAILABLE', 'CANCELLING', 'CANCELLED', 'ERROR'] as const;

/** The workers of sessions, and the DPUs of one worker. @see https://docs.aws.amazon.com/glue/latest/dg/worker-types.html read 2026-11-30 */
export const WORKER_DPUS = {
  Standard: 1,
  'G.025X': 0.25,
  'G.1X': 1,
  'G.2X': 2,
  'G.4X': 4,
  'G.8X': 8,
  'G.12X': 12,
  'G.16X': 16,
  'R.1X': 1,
  'R.2X': 2,
  'R.4X': 4,
  'R.8X': 8,
  'Z.2X': 2,
} as const;
const WORKER_TYPES = Object.keys(WORKER_DPUS) as (keyof typeof WORKER_DPUS)[];

const LARGEST = 2 ** 31 - 1;
const anyWhole = whole(-LARGEST - 1, LARGEST);
const name = text(1, 255, /[\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}\t]*/u);
const freeText = /[\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}\r\n\t]*/u;
const orchestrationName = text(1, 128, /[.\-_A-Za-z0-9]+/);
const minutes = whole(1, LARGEST);
const pageToken = text(0, 400_000);
const tagKey = text(1, 128);
const tags = mapOf(tagKey, text(0, 256), { max: 50 });
const arn = text(1, 10_240, /arn:aws(-(cn|us-gov|iso(-[bef])?))?:glue:.*/);

const oneSession = structure({ Id: name, RequestOrigin: orchestrationName }, ['Id']);
const oneStatement = structure({ SessionId: name, Id: anyWhole, RequestOrigin: orchestrationName }, [
  'SessionId',
  'Id',
]);

export const SESSION_INPUTS = {
  CreateSession: structure(
    {
      Id: name,
      Description: text(0, 2048, freeText),
      Role: text(20, 2048, /arn:aws[^:]*:iam::[0-9]*:role\/.+/),
      Command: structure({ Name: name, PythonVersion: matching(/[2-3]|3[.]9/) }),
      Timeout: minutes,
      IdleTimeout: minutes,
      DefaultArguments: mapOf(orchestrationName, text(0, 4096, freeText), { max: 75 }),
      Connections: structure({ Connections: listOf(text(0, 255), { max: 1000 }) }),
      MaxCapacity: { type: 'number', fraction: true },
      NumberOfWorkers: anyWhole,
      WorkerType: oneOf(WORKER_TYPES),
      SecurityConfiguration: name,
      GlueVersion: text(1, 255, /(\w+\.)+\w+|auto/),
      Tags: tags,
      RequestOrigin: orchestrationName,
      SessionType: oneOf(['LIVY', 'SPARK_CONNECT']),
    },
    ['Id', 'Role', 'Command'],
  ),
  GetSession: oneSession,
  StopSession: oneSession,
  DeleteSession: oneSession,
  ListSessions: structure({
    NextToken: pageToken,
    MaxResults: whole(1, 1000),
    Tags: tags,
    RequestOrigin: orchestrationName,
  }),
  GetSessionEndpoint: structure({ SessionId: name }, ['SessionId']),
  GetDashboardUrl: structure(
    { ResourceId: name, ResourceType: oneOf(['JOB', 'SESSION']), RequestOrigin: orchestrationName },
    ['ResourceId', 'ResourceType'],
  ),
  TagResource: structure({ ResourceArn: arn, TagsToAdd: tags }, ['ResourceArn', 'TagsToAdd']),
  UntagResource: structure({ ResourceArn: arn, TagsToRemove: listOf(tagKey, { max: 50 }) }, [
    'ResourceArn',
    'TagsToRemove',
  ]),
  GetTags: structure({ ResourceArn: arn }, ['ResourceArn']),
};

export const STATEMENT_INPUTS = {
  RunStatement: structure({ SessionId: name, Code: text(0, 68_000), RequestOrigin: orchestrationName }, [
    'SessionId',
    'Code',
  ]),
  GetStatement: oneStatement,
  CancelStatement: oneStatement,
  ListStatements: structure({ SessionId: name, RequestOrigin: orchestrationName, NextToken: pageToken }, ['SessionId']),
};
