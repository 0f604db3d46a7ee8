/**
 * The requests of EMR on EC2 for sessions and their clusters: the names, lengths, ranges, patterns and choices of the service model
 * (`emr/2009-03-31/service-2.json` of botocore 1.44.8, read 2026-11-30), in our own notation.
 */
import { EMR_STATES } from '../aws/emr-states.ts';
import { flag, listOf, mapOf, moment, oneOf, structure, text, whole, type ListShape, type Shape } from '../shapes.ts';

const CLUSTER_STATES = [
  'STARTING',
  'BOOTSTRAPPING',
  'RUNNING',
  'WAITING',
  'TERMINATING',
  'TERMINATED',
  'TERMINATED_WITH_ERRORS',
] as const;

export type ClusterState = (typeof CLUSTER_STATES)[number];

const XML = /[\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}\r\n\t]*/u;
const xml = text(0, 10_280, XML);
const string = text();
const clusterId = text(0, 256);
const roleArn = text(20, 2048, /arn:(aws[a-zA-Z0-9-]*):iam::(\d{12})?:(role((\/)|(\/[\u0021-\u007F]+\/))[\w+=,.@-]+)/);

/** Configurations nest without end in the model; the getter makes the recursion. */
const configurations: ListShape = listOf<Shape>({
  type: 'structure',
  required: [],
  members: {
    Classification: string,
    Properties: mapOf(string, string),
    get Configurations(): Shape {
      return configurations;
    },
  },
});

const place = { Enabled: flag, EncryptionKeyArn: xml };
const logTypes = mapOf(xml, listOf(xml));
const sessionAddress = structure({ ClusterId: clusterId, SessionId: text(0, 256) }, ['ClusterId', 'SessionId']);

export const SESSION_INPUTS = {
  StartSession: structure(
    {
      ClusterId: clusterId,
      Name: text(0, 256, XML),
      ExecutionRoleArn: roleArn,
      EngineConfigurations: configurations,
      MonitoringConfiguration: structure({
        CloudWatchLoggingConfiguration: structure({
          ...place,
          LogGroup: xml,
          LogStreamNamePrefix: xml,
          LogTypes: logTypes,
        }),
        ManagedLoggingConfiguration: structure(place),
        S3LoggingConfiguration: structure({ ...place, LogUri: xml, LogTypes: logTypes }),
      }),
      SessionIdleTimeoutInMinutes: whole(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
      ClientRequestToken: text(1, 36),
      Tags: listOf(structure({ Key: string, Value: string })),
    },
    ['ClusterId'],
  ),
  GetSession: sessionAddress,
  GetSessionEndpoint: sessionAddress,
  TerminateSession: sessionAddress,
  ListSessions: structure(
    { ClusterId: clusterId, SessionStates: listOf(oneOf(EMR_STATES)), NextToken: string, MaxResults: whole(1, 100) },
    ['ClusterId'],
  ),
};

export const CLUSTER_INPUTS = {
  DescribeCluster: structure({ ClusterId: clusterId }, ['ClusterId']),
  ListClusters: structure({
    CreatedAfter: moment,
    CreatedBefore: moment,
    ClusterStates: listOf(oneOf(CLUSTER_STATES)),
    Marker: string,
  }),
  TerminateJobFlows: structure({ JobFlowIds: listOf(xml) }, ['JobFlowIds']),
};
