import { epochSeconds } from '../aws/aws-protocols.ts';
import type { Handlers } from '../service.ts';
import { refuseReserved, toTagMap, type AthenaAccount } from './athena-account.ts';
import { invalidRequest } from './athena-errors.ts';
import type { WORKGROUP_INPUTS } from './athena-inputs.ts';
import { ENGINE_VERSIONS } from './athena-options.ts';
import type { AthenaSession } from './athena-session.ts';

/** When the emulated workgroups were created. */
const CREATED_AT_MS = Date.UTC(2026, 0, 1);
/** How long a notebook URL is valid. @see https://docs.aws.amazon.com/athena/latest/APIReference/API_CreatePresignedNotebookUrl.html read 2026-11-20 */
const NOTEBOOK_URL_TTL_MS = 10 * 60_000;
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
    ListExecutors(request, call) {
      const { SessionId: id, ExecutorStateFilter: filter } = request;
      const executors = toExecutors(account.seen(call, id).session);
      const shown = executors.filter(({ ExecutorState: state }) => filter === undefined || filter === state);
      const all = shown.map((executor) => [executor.ExecutorId, executor] as const);
      const { rows, nextToken } = pages.list(call, request, all);
      return { SessionId: id, ExecutorsSummary: rows, NextToken: nextToken };
    },
    ListApplicationDPUSizes({ NextToken: token }) {
      if (token !== undefined) throw invalidRequest('The NextToken is not valid.');
      return { ApplicationDPUSizes: [{ ApplicationRuntimeId: ENGINE_VERSIONS['pyspark-3'], SupportedDPUSizes: [1] }] };
    },
    ListNotebookSessions(request, call) {
      const size = Math.min(request.MaxResults ?? NOTEBOOK_PAGE_SIZE, NOTEBOOK_PAGE_SIZE);
      const sessions = account.sessions().filter(({ request: { EngineConfiguration: engine } }) => {
        return engine.AdditionalConfigs?.['NotebookId'] === request.NotebookId;
      });
      const all = sessions.map(({ id, startedAtMs }) => {
        return [id, { SessionId: id, CreationTime: epochSeconds(startedAtMs) }] as const;
      });
      const { rows, nextToken } = pages.list(call, { ...request, MaxResults: size }, all.reverse());
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
    ListTagsForResource(request, call) {
      account.tagged(call, request.ResourceARN);
      const tags = Object.entries(account.tags.of(request.ResourceARN));
      const all = tags.map(([Key, Value]) => [Key, { Key, Value }] as const);
      const { rows, nextToken } = pages.list(call, { MaxResults: TAG_PAGE_SIZE, ...request }, all);
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
