/**
 * The session requests of Dataproc, in our own notation: the fields and limits of the service's protos
 * (`google/cloud/dataproc/v1/sessions.proto`, `shared.proto`, read 2026-11-21).
 */
import { flag, listOf, mapOf, structure, text, whole, type ValueOf } from '../shapes.ts';

/** The session states; the number of a state is its position. */
export const SESSION_STATES = [
  'STATE_UNSPECIFIED',
  'CREATING',
  'ACTIVE',
  'TERMINATING',
  'TERMINATED',
  'FAILED',
] as const;

const requestId = text({ max: 40, pattern: /[A-Za-z0-9_-]*/ });
const parent = text({ pattern: /projects\/[^/]+\/(locations|regions)\/[^/]+/ });
const sessionName = text({ pattern: /projects\/[^/]+\/locations\/[^/]+\/sessions\/[^/]+/ });
const operationName = text({ pattern: /projects\/[^/]+\/(locations|regions)\/[^/]+\/operations\/[^/]+/ });
const word = text({ max: 2048 });

/** @see https://cloud.google.com/dataproc-serverless/docs/reference/rest/v1/projects.locations.sessions (labels: RFC 1035, at most 32) */
const labels = mapOf(
  text({ min: 1, max: 63, pattern: /[a-z]([a-z0-9_-]*[a-z0-9])?/ }),
  text({ max: 63, pattern: /([a-z0-9]([a-z0-9_-]*[a-z0-9])?)?/ }),
  { max: 32 },
);
const properties = mapOf(text({ min: 1, max: 1024 }), text({ max: 10_240 }));
const duration = text({ pattern: /\d{1,12}(\.\d{1,9})?s/ });

const SESSION = structure({
  name: word,
  jupyterSession: structure({ kernel: text({ oneOf: ['KERNEL_UNSPECIFIED', 'PYTHON', 'SCALA'] }), displayName: word }),
  sparkConnectSession: structure({}),
  labels,
  user: word,
  sessionTemplate: text({
    pattern:
      /(https:\/\/www\.googleapis\.com\/compute\/v1\/)?(projects\/[^/]+\/locations\/[^/]+\/sessionTemplates\/[^/]+)?/,
  }),
  runtimeConfig: structure({
    version: word,
    containerImage: word,
    properties,
    cohort: word,
    repositoryConfig: structure({ pypiRepositoryConfig: structure({ pypiRepository: word }) }),
    autotuningConfig: structure({ scenarios: listOf(word) }),
  }),
  environmentConfig: structure({
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
  }),
});

const endSession = structure({ name: sessionName, requestId }, ['name']);
const oneOperation = structure({ name: operationName }, ['name']);
const page = { pageSize: whole(0, 1_000_000), pageToken: text({ max: 1024 }), filter: text({ max: 10_240 }) };

/** The operations of sessions, and `google.longrunning.Operations` as far as sessions need it. */
export const INPUTS = {
  CreateSession: structure(
    { parent, session: SESSION, sessionId: text({ min: 4, max: 63, pattern: /[a-z0-9-]*/ }), requestId },
    ['parent', 'session', 'sessionId'],
  ),
  GetSession: structure({ name: sessionName }, ['name']),
  ListSessions: structure({ parent, ...page }, ['parent']),
  TerminateSession: endSession,
  DeleteSession: endSession,
  GetOperation: oneOperation,
  ListOperations: structure(
    {
      name: text({ pattern: /projects\/[^/]+\/(locations|regions)\/[^/]+(\/operations)?/ }),
      ...page,
      returnPartialSuccess: flag,
    },
    ['name'],
  ),
  CancelOperation: oneOperation,
  DeleteOperation: oneOperation,
};

/** The name of one of the operations. */
export type DataprocOperation = keyof typeof INPUTS;

/** One of Dataproc's session states. */
export type DataprocState = (typeof SESSION_STATES)[number];

/** The request a session was created with. */
export type DataprocCreate = ValueOf<(typeof INPUTS)['CreateSession']>;
