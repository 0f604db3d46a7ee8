import { epochSeconds } from '../aws/aws-json.ts';
import type { Handlers } from '../service.ts';
import type { AthenaAccount } from './athena-account.ts';
import { invalidRequest } from './athena-errors.ts';
import type { WORKGROUP_INPUTS } from './athena-inputs.ts';
import { ENGINE_VERSIONS } from './athena-options.ts';
import type { AthenaSession } from './athena-session.ts';
import { refuseReserved, toTagMap } from './tags.ts';

/** When the emulated workgroups were created. */
const CREATED_AT_MS = Date.UTC(2026, 0, 1);
/** How long a notebook URL is valid. @see https://docs.aws.amazon.com/athena/latest/APIReference/API_CreatePresignedNotebookUrl.html read 2026-11-20 */
const NOTEBOOK_URL_TTL_MS = 10 * 60_000;
/** The default and largest page of ListExecutors. */
const EXECUTOR_PAGE_SIZE = 100;
/** The largest page of ListNotebookSessions, by the model of the answer. */
const NOTEBOOK_PAGE_SIZE = 10;
/** The default and smallest page of ListTagsForResource. */
const TAG_PAGE_SIZE = 75;

/**
 * The operations of what surrounds sessions: workgroups, executors, sizes, notebooks and tags.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonathena.html (sessions are resources with tags; read 2026-11-21)
 */
export function workgroupHandlers(account: AthenaAccount): Handlers<typeof WORKGROUP_INPUTS> {
  const { world, pages } = account;
  return {
    GetWorkGroup({ WorkGroup: name }) {
      const engine = account.engineOf(name);
      if (engine === undefined) throw invalidRequest(`WorkGroup ${name} is not found.`);
      const version = ENGINE_VERSIONS[engine];
      return {
        WorkGroup: {
          Name: name,
          State: 'ENABLED',
          Configuration: {
            EnforceWorkGroupConfiguration: true,
            PublishCloudWatchMetricsEnabled: false,
            EngineVersion: { SelectedEngineVersion: version, EffectiveEngineVersion: version },
            ExecutionRole: `arn:aws:iam::${world.accountId}:role/emulated-athena`,
          },
          CreationTime: epochSeconds(CREATED_AT_MS),
        },
      };
    },
    ListExecutors({ SessionId: id, ExecutorStateFilter: filter, MaxResults: size, NextToken: token }, call) {
      const executors = toExecutors(account.seen(call, id).session);
      const { rows, nextToken } = pages.list(call, {
        listing: `ListExecutors ${id} ${filter ?? ''}`,
        rows: executors
          .filter(({ ExecutorState: state }) => filter === undefined || filter === state)
          .map((executor) => [executor.ExecutorId, executor]),
        size: size ?? EXECUTOR_PAGE_SIZE,
        token,
      });
      return { SessionId: id, ExecutorsSummary: rows, NextToken: nextToken };
    },
    ListApplicationDPUSizes({ NextToken: token }) {
      if (token !== undefined) throw invalidRequest('The NextToken is not valid.');
      return { ApplicationDPUSizes: [{ ApplicationRuntimeId: ENGINE_VERSIONS['pyspark-3'], SupportedDPUSizes: [1] }] };
    },
    ListNotebookSessions({ NotebookId: notebook, MaxResults: size, NextToken: token }, call) {
      const sessions = account
        .sessions()
        .filter(({ request }) => request.EngineConfiguration.AdditionalConfigs?.['NotebookId'] === notebook);
      const toRow = ({ id, startedAtMs }: AthenaSession): object => ({
        SessionId: id,
        CreationTime: epochSeconds(startedAtMs),
      });
      const { rows, nextToken } = pages.list(call, {
        listing: `ListNotebookSessions ${notebook}`,
        rows: sessions.map((session) => [session.id, toRow(session)] as const).reverse(),
        size: Math.min(size ?? NOTEBOOK_PAGE_SIZE, NOTEBOOK_PAGE_SIZE),
        token,
      });
      return { NotebookSessionsList: rows, NextToken: nextToken };
    },
    CreatePresignedNotebookUrl({ SessionId: id }, call) {
      if (account.seen(call, id).session.engine !== 'pyspark-3') {
        throw invalidRequest('Notebooks need a session on PySpark engine version 3.');
      }
      const token = world.random.hex(64);
      return {
        NotebookUrl: `https://${id}.notebooks.athena.${world.region}.amazonaws.com/?authToken=${token}`,
        AuthToken: token,
        // The model has a whole number here, not a timestamp.
        AuthTokenExpirationTime: Math.floor(epochSeconds(world.timeline.nowMs() + NOTEBOOK_URL_TTL_MS)),
      };
    },
    TagResource({ ResourceARN: arn, Tags: tags }, call) {
      account.tagged(call, arn);
      account.tags.add(arn, toTagMap(tags));
      return {};
    },
    UntagResource({ ResourceARN: arn, TagKeys: keys }, call) {
      account.tagged(call, arn);
      keys.forEach(refuseReserved);
      account.tags.remove(arn, keys);
      return {};
    },
    ListTagsForResource({ ResourceARN: arn, MaxResults: size = TAG_PAGE_SIZE, NextToken: token }, call) {
      account.tagged(call, arn);
      const tags = Object.entries(account.tags.of(arn)).map(([Key, Value]) => [Key, { Key, Value }] as const);
      const { rows, nextToken } = pages.list(call, { listing: `ListTagsForResource ${arn}`, rows: tags, size, token });
      return { Tags: rows, NextToken: nextToken };
    },
  };
}

/** One coordinator and a worker for every further DPU; their times are whole numbers in the model, not timestamps. */
function toExecutors(session: AthenaSession) {
  const { endedAtMs } = session.truth();
  return Array.from({ length: session.dpus }, (_, index) => ({
    ExecutorId: `${session.id}-${index}`,
    ExecutorType: index === 0 ? 'COORDINATOR' : 'WORKER',
    StartDateTime: Math.floor(epochSeconds(session.startedAtMs)),
    ...(endedAtMs !== undefined && { TerminationDateTime: Math.floor(epochSeconds(endedAtMs)) }),
    ExecutorState: toExecutorState(session),
    ExecutorSize: 1,
  }));
}

function toExecutorState(session: AthenaSession): 'CREATING' | 'REGISTERED' | 'TERMINATED' | 'FAILED' {
  if (session.state === 'CREATING' || session.state === 'FAILED') return session.state;
  return session.live ? 'REGISTERED' : 'TERMINATED';
}
