/**
 * The requests of EMR Serverless and their routes: the names, lengths, ranges, patterns and choices of the service model
 * (`emr-serverless/2021-07-13/service-2.json` of botocore, read 2026-11-21), in our own notation.
 */
import type { RestRoute } from '../aws/aws-protocols.ts';
import { EMR_STATES } from '../aws/emr-states.ts';
import {
  flag,
  listOf,
  mapOf,
  matching,
  moment,
  oneOf,
  structure,
  text,
  whole,
  type ListShape,
  type Shape,
} from '../shapes.ts';

const APPLICATION_STATES = ['CREATING', 'CREATED', 'STARTING', 'STARTED', 'STOPPING', 'STOPPED', 'TERMINATED'] as const;

export type ApplicationState = (typeof APPLICATION_STATES)[number];

const id = text(1, 64, /[0-9a-z]+/);
const clientToken = text(1, 64, /[A-Za-z0-9._-]+/);
const nextToken = text(1, 1024, /[A-Za-z0-9_=-]+/);
const pageSize = whole(1, 50);
const text256 = text(1, 256, /.*\S.*/);
const text1024 = text(1, 1024, /.*\S.*/);
const roleArn = text(
  20,
  2048,
  /arn:(aws[a-zA-Z0-9-]*):iam::([0-9]{12}):(role((\/)|(\/[\u0021-\u007F]+\/))[\w+=,.@-]+)/,
);
const keyArn = text(20, 2048, /arn:(aws[a-zA-Z0-9-]*):kms:[a-zA-Z0-9-]*:([0-9]{12}):key\/[a-zA-Z0-9-]+/);
const tagKey = text(1, 128, /[A-Za-z0-9 /_.:=+@-]+/);
const tags = mapOf(tagKey, text(0, 256, /[A-Za-z0-9 /_.:=+@-]*/), { max: 200 });
const resourceArn = text(
  60,
  1024,
  /arn:(aws[a-zA-Z0-9-]*):emr-serverless:.+:(\d{12}):\/applications\/[0-9a-zA-Z]+(\/jobruns\/[0-9a-zA-Z]+|\/sessions\/[0-9a-zA-Z]+)?/,
);

const properties = mapOf(text1024, text(0, 1024, /.*\S.*/), { max: 100 });

/** Configurations nest without end in the model; the getter makes the recursion. */
const configurations: ListShape = listOf<Shape>(
  {
    type: 'structure',
    required: ['classification'],
    members: {
      classification: text1024,
      properties,
      get configurations(): Shape {
        return configurations;
      },
    },
  },
  { max: 100 },
);

const cpu = text(1, 15, /[1-9][0-9]*(\s)?(vCPU|vcpu|VCPU)?/);
const memory = text(1, 15, /[1-9][0-9]*(\s)?(GB|gb|gB|Gb)?/);
const disk = text(1, 15, /[1-9][0-9]*(\s)?(GB|gb|gB|Gb)/);
const diskType = matching(/(SHUFFLE_OPTIMIZED|[Ss]huffle_[Oo]ptimized|STANDARD|[Ss]tandard)/);
const word = text(1, 50, /[a-zA-Z]+[-_]*[a-zA-Z]+/);
const network = text(1, 32, /[-0-9a-zA-Z]+.*/);
const releaseLabel = text(1, 64, /[A-Za-z0-9._/-]+/);

const imageConfiguration = structure({
  imageUri: text(
    1,
    1024,
    /([0-9]{12})\.dkr\.ecr\.([a-z0-9-]+).([a-z0-9._-]+)\/((?:[a-z0-9]+(?:[-._][a-z0-9]+)*\/)*[a-z0-9]+(?:[-._][a-z0-9]+)*)(?::([a-zA-Z0-9_]+[a-zA-Z0-9-._]*)|@(sha256:[0-9a-f]{64}))/,
  ),
  applicationLevelDigestResolution: flag,
});
const prometheusUrl = text(
  1,
  10_280,
  /https:\/\/aps-workspaces.([a-z]{2}-[a-z-]{1,20}-[1-9]).amazonaws(.[0-9A-Za-z]{2,4})+\/workspaces\/[-_.0-9A-Za-z]{1,100}\/api\/v1\/remote_write/,
);
const instanceArn = text(10, 1024, /arn:(aws[a-zA-Z0-9-]*):sso:::instance\/(sso)?ins-[a-zA-Z0-9.-]{16}/);
const int32 = whole(-(2 ** 31), 2 ** 31 - 1);

/** The settings of an application that both CreateApplication and UpdateApplication take. */
const APPLICATION_SETTINGS = {
  initialCapacity: mapOf(
    word,
    structure(
      {
        workerCount: whole(1, 1_000_000),
        workerConfiguration: structure({ cpu, memory, disk, diskType }, ['cpu', 'memory']),
      },
      ['workerCount'],
    ),
    { max: 10 },
  ),
  maximumCapacity: structure({ cpu, memory, disk }, ['cpu', 'memory']),
  autoStartConfiguration: structure({ enabled: flag }),
  autoStopConfiguration: structure({ enabled: flag, idleTimeoutMinutes: whole(1, 10_080) }),
  networkConfiguration: structure({
    subnetIds: listOf(network, { max: 16 }),
    securityGroupIds: listOf(network, { max: 5 }),
  }),
  architecture: oneOf(['ARM64', 'X86_64']),
  imageConfiguration,
  workerTypeSpecifications: mapOf(word, structure({ imageConfiguration })),
  runtimeConfiguration: configurations,
  monitoringConfiguration: structure({
    s3MonitoringConfiguration: structure({ logUri: text(1, 10_280), encryptionKeyArn: keyArn }),
    managedPersistenceMonitoringConfiguration: structure({ enabled: flag, encryptionKeyArn: keyArn }),
    cloudWatchLoggingConfiguration: structure(
      {
        enabled: flag,
        logGroupName: text(1, 512, /[.\-_/#A-Za-z0-9]+/),
        logStreamNamePrefix: text(1, 512, /[^:*]*/),
        encryptionKeyArn: keyArn,
        logTypes: mapOf(word, listOf(word, { min: 1, max: 5 }), { max: 4 }),
      },
      ['enabled'],
    ),
    prometheusMonitoringConfiguration: structure({ remoteWriteUrl: prometheusUrl }),
  }),
  diskEncryptionConfiguration: structure({
    encryptionContext: mapOf(text(1, 128), text(1, 384), { max: 8 }),
    encryptionKeyArn: keyArn,
  }),
  schedulerConfiguration: structure({ queueTimeoutMinutes: int32, maxConcurrentRuns: int32 }),
  identityCenterConfiguration: structure({
    identityCenterInstanceArn: instanceArn,
    userBackgroundSessionsEnabled: flag,
  }),
  jobLevelCostAllocationConfiguration: structure({ enabled: flag }),
  interactiveConfiguration: structure({ studioEnabled: flag, livyEndpointEnabled: flag, sessionEnabled: flag }),
};

const sessionAddress = structure({ applicationId: id, sessionId: id }, ['applicationId', 'sessionId']);
const applicationAddress = structure({ applicationId: id }, ['applicationId']);
const page = { nextToken, maxResults: pageSize };

export const SESSION_INPUTS = {
  StartSession: structure(
    {
      applicationId: id,
      clientToken,
      executionRoleArn: roleArn,
      configurationOverrides: structure({ runtimeConfiguration: configurations }),
      tags,
      idleTimeoutMinutes: whole(0, 1_000_000),
      name: text256,
    },
    ['applicationId', 'clientToken', 'executionRoleArn'],
  ),
  GetSession: sessionAddress,
  ListSessions: structure(
    {
      applicationId: id,
      ...page,
      states: listOf(oneOf(EMR_STATES), { min: 1, max: 8 }),
      createdAtAfter: moment,
      createdAtBefore: moment,
    },
    ['applicationId'],
  ),
  TerminateSession: sessionAddress,
  GetSessionEndpoint: sessionAddress,
  GetResourceDashboard: structure(
    { applicationId: id, resourceId: id, resourceType: oneOf(['SESSION']), accessSystemProfileLogs: flag },
    ['applicationId', 'resourceId', 'resourceType'],
  ),
  TagResource: structure({ resourceArn, tags }, ['resourceArn', 'tags']),
  UntagResource: structure({ resourceArn, tagKeys: listOf(tagKey, { min: 1, max: 200 }) }, ['resourceArn', 'tagKeys']),
  ListTagsForResource: structure({ resourceArn }, ['resourceArn']),
};

export const APPLICATION_INPUTS = {
  CreateApplication: structure(
    {
      name: text(1, 64, /[A-Za-z0-9._/#-]+/),
      releaseLabel,
      type: text(1, 64),
      clientToken,
      tags,
      ...APPLICATION_SETTINGS,
    },
    ['releaseLabel', 'type', 'clientToken'],
  ),
  GetApplication: applicationAddress,
  ListApplications: structure({
    ...page,
    states: listOf(oneOf(APPLICATION_STATES), { min: 1, max: 7 }),
  }),
  UpdateApplication: structure({ applicationId: id, clientToken, releaseLabel, ...APPLICATION_SETTINGS }, [
    'applicationId',
    'clientToken',
  ]),
  DeleteApplication: applicationAddress,
  StartApplication: applicationAddress,
  StopApplication: applicationAddress,
};

const APPLICATION = '/applications/{applicationId}';
const SESSION = `${APPLICATION}/sessions/{sessionId}`;
const TAGS = '/tags/{resourceArn}';

export const ROUTES: Readonly<Record<keyof typeof SESSION_INPUTS | keyof typeof APPLICATION_INPUTS, RestRoute>> = {
  CreateApplication: ['POST', '/applications'],
  GetApplication: ['GET', APPLICATION],
  ListApplications: ['GET', '/applications'],
  UpdateApplication: ['PATCH', APPLICATION],
  DeleteApplication: ['DELETE', APPLICATION],
  StartApplication: ['POST', `${APPLICATION}/start`],
  StopApplication: ['POST', `${APPLICATION}/stop`],
  StartSession: ['POST', `${APPLICATION}/sessions`],
  GetSession: ['GET', SESSION],
  ListSessions: ['GET', `${APPLICATION}/sessions`],
  TerminateSession: ['DELETE', SESSION],
  GetSessionEndpoint: ['GET', `${SESSION}/endpoint`],
  GetResourceDashboard: ['GET', `${APPLICATION}/dashboard`],
  TagResource: ['POST', TAGS],
  UntagResource: ['DELETE', TAGS],
  ListTagsForResource: ['GET', TAGS],
};
