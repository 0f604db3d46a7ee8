import { epochSeconds } from '../aws-json.ts';
import { operation, type Operation } from '../service.ts';
import type { AthenaAccount } from './athena-account.ts';
import { ENGINE_VERSIONS } from './athena-engine.ts';
import { invalidRequest } from './athena-errors.ts';
import type { AthenaSession } from './athena-session.ts';
import {
  GET_WORK_GROUP,
  LIST_DPU_SIZES,
  LIST_EXECUTORS,
  LIST_NOTEBOOK_SESSIONS,
  ONE_SESSION,
} from './athena-shapes.ts';

/** When the emulated workgroups were made. */
const CREATED_AT_MS = Date.UTC(2026, 0, 1);
/** Notebook URLs must be asked for again after this time. @see https://docs.aws.amazon.com/athena/latest/APIReference/API_CreatePresignedNotebookUrl.html read 2026-11-20 */
const NOTEBOOK_URL_TTL_MS = 10 * 60_000;
/** The most notebook sessions of one page, by the model of the answer. */
const NOTEBOOK_PAGE_SIZE = 10;

/** What stands around the sessions: their workgroup, executors, sizes and notebooks. */
export function workgroupOperations(account: AthenaAccount): Readonly<Record<string, Operation>> {
  const { world, pages } = account;
  const foreign = (): Error => invalidRequest('The NextToken is not valid.');
  return {
    GetWorkGroup: operation({
      input: GET_WORK_GROUP,
      run({ WorkGroup: name }) {
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
    }),
    ListExecutors: operation({
      input: LIST_EXECUTORS,
      run({ SessionId: id, ExecutorStateFilter: filter, MaxResults: size, NextToken: token }, call) {
        const session = account.requireSession(id);
        call.touches(session);
        const executors = toExecutors(session).filter(
          ({ ExecutorState: state }) => filter === undefined || filter === state,
        );
        const page = pages.turn({
          listing: `ListExecutors ${id} ${filter ?? ''}`,
          ids: () => executors.map(({ ExecutorId: executorId }) => executorId),
          pageSize: size ?? 100,
          token,
          empty: call.emptyPage,
          foreign,
        });
        return {
          SessionId: id,
          ExecutorsSummary: executors.filter(({ ExecutorId: executorId }) => page.ids.includes(executorId)),
          NextToken: page.nextToken,
        };
      },
    }),
    ListApplicationDPUSizes: operation({
      input: LIST_DPU_SIZES,
      run({ NextToken: token }) {
        if (token !== undefined) throw foreign();
        return {
          ApplicationDPUSizes: [{ ApplicationRuntimeId: ENGINE_VERSIONS['pyspark-3'], SupportedDPUSizes: [1] }],
        };
      },
    }),
    ListNotebookSessions: operation({
      input: LIST_NOTEBOOK_SESSIONS,
      run({ NotebookId: notebook, MaxResults: size, NextToken: token }, call) {
        const sessions = account
          .sessions()
          .filter(({ request }) => request.EngineConfiguration.AdditionalConfigs?.['NotebookId'] === notebook);
        const page = pages.turn({
          listing: `ListNotebookSessions ${notebook}`,
          ids: () => sessions.map(({ id }) => id).reverse(),
          pageSize: Math.min(size ?? NOTEBOOK_PAGE_SIZE, NOTEBOOK_PAGE_SIZE),
          token,
          empty: call.emptyPage,
          foreign,
        });
        const startedAt = new Map(sessions.map((session) => [session.id, epochSeconds(session.startedAtMs)]));
        return {
          NotebookSessionsList: page.ids.map((id) => ({ SessionId: id, CreationTime: startedAt.get(id) })),
          NextToken: page.nextToken,
        };
      },
    }),
    CreatePresignedNotebookUrl: operation({
      input: ONE_SESSION,
      run({ SessionId: id }, call) {
        const session = account.requireSession(id);
        call.touches(session);
        if (session.engine !== 'pyspark-3')
          throw invalidRequest('Notebooks need a session on PySpark engine version 3.');
        const token = world.random.hex(64);
        return {
          NotebookUrl: `https://${id}.notebooks.athena.${world.region}.amazonaws.com/?authToken=${token}`,
          AuthToken: token,
          // One of the few times that the model has as a whole number and not as a timestamp.
          AuthTokenExpirationTime: Math.floor(epochSeconds(world.timeline.nowMs() + NOTEBOOK_URL_TTL_MS)),
        };
      },
    }),
  };
}

interface ExecutorSummary {
  readonly ExecutorId: string;
  readonly ExecutorType: 'COORDINATOR' | 'WORKER';
  readonly StartDateTime: number;
  readonly TerminationDateTime?: number;
  readonly ExecutorState: 'CREATING' | 'REGISTERED' | 'TERMINATED' | 'FAILED';
  readonly ExecutorSize: number;
}

/** One coordinator and a worker for every further DPU; their times are whole numbers in the model, not timestamps. */
function toExecutors(session: AthenaSession): readonly ExecutorSummary[] {
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

function toExecutorState(session: AthenaSession): ExecutorSummary['ExecutorState'] {
  if (session.state === 'CREATING') return 'CREATING';
  if (session.state === 'FAILED') return 'FAILED';
  return session.live ? 'REGISTERED' : 'TERMINATED';
}
