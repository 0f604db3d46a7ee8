/**
 * The requests of Dataproc for sessions and batches, in our own notation: the fields and limits of the service's protos
 * (`google/cloud/dataproc/v1/sessions.proto`, `batches.proto`, `shared.proto`, read 2026-11-21).
 */
import { flag, listOf, mapOf, matching, oneOf, structure, text, whole, type ValueOf } from '../shapes.ts';

/** The session states; the number of a state is its position. */
export const SESSION_STATES = [
  'STATE_UNSPECIFIED',
  'CREATING',
  'ACTIVE',
  'TERMINATING',
  'TERMINATED',
  'FAILED',
] as const;

const requestId = text(0, 40, /[A-Za-z0-9_-]*/);
const parent = matching(/projects\/[^/]+\/(locations|regions)\/[^/]+/);
const sessionName = matching(/projects\/[^/]+\/locations\/[^/]+\/sessions\/[^/]+/);
const operationName = matching(/projects\/[^/]+\/(locations|regions)\/[^/]+\/operations\/[^/]+/);
const word = text(0, 2048);

/** @see https://cloud.google.com/dataproc-serverless/docs/reference/rest/v1/projects.locations.sessions (labels: RFC 1035, at most 32) */
const labels = mapOf(text(1, 63, /[a-z]([a-z0-9_-]*[a-z0-9])?/), text(0, 63, /([a-z0-9]([a-z0-9_-]*[a-z0-9])?)?/), {
  max: 32,
});
const properties = mapOf(text(1, 1024), text(0, 10_240));
const duration = matching(/\d{1,12}(\.\d{1,9})?s/);

const RUNTIME = structure({
  version: word,
  containerImage: word,
  properties,
  cohort: word,
  repositoryConfig: structure({ pypiRepositoryConfig: structure({ pypiRepository: word }) }),
  autotuningConfig: structure({ scenarios: listOf(word) }),
});
const ENVIRONMENT = structure({
  executionConfig: structure({
    serviceAccount: word,
    networkUri: word,
    subnetworkUri: word,
    networkTags: listOf(word),
    kmsKey: word,
    idleTtl: duration,
    ttl: duration,
    stagingBucket: word,
    authenticationConfig: structure({ userWorkloadAuthenticationType: word }),
  }),
  peripheralsConfig: structure({
    metastoreService: word,
    sparkHistoryServerConfig: structure({ dataprocCluster: word }),
  }),
});

const SESSION = structure({
  name: word,
  jupyterSession: structure({ kernel: oneOf(['KERNEL_UNSPECIFIED', 'PYTHON', 'SCALA']), displayName: word }),
  sparkConnectSession: structure({}),
  labels,
  user: word,
  sessionTemplate: matching(
    /(https:\/\/www\.googleapis\.com\/compute\/v1\/)?(projects\/[^/]+\/locations\/[^/]+\/sessionTemplates\/[^/]+)?/,
  ),
  runtimeConfig: RUNTIME,
  environmentConfig: ENVIRONMENT,
});

const files = listOf(word);
const FILES = { args: files, jarFileUris: files, fileUris: files, archiveUris: files };

/** @see https://cloud.google.com/dataproc-serverless/docs/reference/rest/v1/projects.locations.batches (read 2026-11-30) */
const BATCH = structure({
  pysparkBatch: structure({ mainPythonFileUri: word, pythonFileUris: files, ...FILES }, ['mainPythonFileUri']),
  sparkBatch: structure({ mainJarFileUri: word, mainClass: word, ...FILES }),
  sparkRBatch: structure({ mainRFileUri: word, args: files, fileUris: files, archiveUris: files }, ['mainRFileUri']),
  sparkSqlBatch: structure({ queryFileUri: word, queryVariables: properties, jarFileUris: files }, ['queryFileUri']),
  labels,
  runtimeConfig: RUNTIME,
  environmentConfig: ENVIRONMENT,
});
const oneBatch = structure({ name: matching(/projects\/[^/]+\/(locations|regions)\/[^/]+\/batches\/[^/]+/) }, ['name']);

const endSession = structure({ name: sessionName, requestId }, ['name']);
const oneOperation = structure({ name: operationName }, ['name']);
const page = { pageSize: whole(0, 1_000_000), pageToken: text(0, 1024), filter: text(0, 10_240) };

/** The operations of sessions and batches, and `google.longrunning.Operations` as far as they need it. */
export const INPUTS = {
  CreateSession: structure({ parent, session: SESSION, sessionId: text(4, 63, /[a-z0-9-]*/), requestId }, [
    'parent',
    'session',
    'sessionId',
  ]),
  GetSession: structure({ name: sessionName }, ['name']),
  ListSessions: structure({ parent, ...page }, ['parent']),
  TerminateSession: endSession,
  DeleteSession: endSession,
  CreateBatch: structure({ parent, batch: BATCH, batchId: text(0, 63, /([a-z0-9-]{4,})?/), requestId }, [
    'parent',
    'batch',
  ]),
  GetBatch: oneBatch,
  ListBatches: structure({ parent, ...page, orderBy: word }, ['parent']),
  DeleteBatch: oneBatch,
  GetOperation: oneOperation,
  ListOperations: structure(
    {
      name: matching(/projects\/[^/]+\/(locations|regions)\/[^/]+(\/operations)?/),
      ...page,
      returnPartialSuccess: flag,
    },
    ['name'],
  ),
  CancelOperation: oneOperation,
  DeleteOperation: oneOperation,
  // Not of Google's API: the request for a WebSocket to the sessions, so that it is in the log and faults can strike it.
  OpenWebSocket: structure({}),
};

export type DataprocOperation = keyof typeof INPUTS;

export type DataprocState = (typeof SESSION_STATES)[number];

export type DataprocCreate = ValueOf<(typeof INPUTS)['CreateSession']>;

export type BatchCreate = ValueOf<(typeof INPUTS)['CreateBatch']>;
