import { epochSeconds } from '../aws/aws-protocols.ts';
import type { EmrState } from '../aws/emr-states.ts';
import type { Phase } from '../timeline.ts';
import type { EmrAccount } from './emr-account.ts';
import type { EmrCluster } from './emr-cluster.ts';
import type { ClusterSession } from './emr-session.ts';

/** `Session`, the same in GetSession and ListSessions. */
export function toSession(session: ClusterSession, phase: Phase<EmrState>, account: EmrAccount): object {
  const { request, cluster } = session;
  const { config, world, tags } = account;
  // A reader who is behind does not know yet what came after the phase it sees.
  const readyAtMs = (session.readyAtMs ?? Number.POSITIVE_INFINITY) <= phase.sinceMs ? session.readyAtMs : undefined;
  const hasEnded = phase.state === 'TERMINATED' || phase.state === 'FAILED';
  return {
    Id: session.id,
    ClusterId: cluster.id,
    Name: request.Name,
    Arn: session.arn,
    State: phase.state,
    ...(config.stateChangeReasons === 'always' && { StateChangeReason: phase.reason }),
    ReleaseLabel: cluster.setup.releaseLabel,
    ExecutionRoleArn: request.ExecutionRoleArn,
    AccountId: world.accountId,
    CreatedAt: epochSeconds(session.startedAtMs),
    UpdatedAt: epochSeconds(phase.sinceMs),
    ...(readyAtMs !== undefined && { StartedAt: epochSeconds(readyAtMs) }),
    ...(hasEnded && { EndedAt: epochSeconds(phase.sinceMs) }),
    ...(phase.state === 'IDLE' && { IdleSince: epochSeconds(phase.sinceMs) }),
    EngineConfigurations: request.EngineConfigurations,
    MonitoringConfiguration: request.MonitoringConfiguration,
    SessionIdleTimeoutInMinutes: session.idleTimeoutMinutes,
    ...(readyAtMs !== undefined && { ServerUrl: world.connect.url }),
    Tags: Object.entries(tags.of(session.arn)).map(([Key, Value]) => ({ Key, Value })),
  };
}

/** `ClusterSummary`. */
export function toClusterSummary({ id, arn, createdAtMs, phase }: EmrCluster): object {
  const { state, reason, sinceMs } = phase;
  return {
    Id: id,
    Name: id,
    ClusterArn: arn,
    NormalizedInstanceHours: 0,
    Status: {
      State: state,
      StateChangeReason: reason === undefined ? {} : { Code: 'USER_REQUEST', Message: reason },
      Timeline: {
        CreationDateTime: epochSeconds(createdAtMs),
        ...(state === 'TERMINATED' && { EndDateTime: epochSeconds(sinceMs) }),
      },
    },
  };
}

/** `Cluster`. */
export function toCluster(cluster: EmrCluster): object {
  const { releaseLabel, applications, sessionEnabled } = cluster.setup;
  return {
    ...toClusterSummary(cluster),
    ReleaseLabel: releaseLabel,
    Applications: applications.map((Name) => ({ Name })),
    SessionEnabled: sessionEnabled,
    AutoTerminate: false,
    TerminationProtected: false,
    Tags: [],
  };
}
