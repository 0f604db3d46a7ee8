import { awsJson } from '../aws/aws-protocols.ts';
import { operationsOf, type EmulatedService, type Handlers } from '../service.ts';
import type { World } from '../world.ts';
import { EMR_ERRORS, EmrAccount } from './emr-account.ts';
import { toCluster, toClusterSummary } from './emr-answers.ts';
import { CLUSTER_INPUTS, SESSION_INPUTS } from './emr-inputs.ts';
import { toEmrConfig, type EmrOptions } from './emr-options.ts';
import { sessionHandlers } from './session-handlers.ts';

/** Amazon EMR on EC2: the interactive sessions of clusters, and what concerns them of the clusters. */
export function createEmr(world: World, options: EmrOptions): EmulatedService {
  const account = new EmrAccount(world, toEmrConfig(options, world.startupMs));
  return {
    id: 'emr',
    signingName: 'elasticmapreduce',
    tokenMember: 'ClientRequestToken',
    protocol: awsJson('ElasticMapReduce', {
      ...operationsOf(SESSION_INPUTS, sessionHandlers(account)),
      ...operationsOf(CLUSTER_INPUTS, clusterHandlers(account)),
    }),
    errors: EMR_ERRORS,
    rates: account.config.rates,
    sessions: () => account.sessions(),
  };
}

function clusterHandlers(account: EmrAccount): Handlers<typeof CLUSTER_INPUTS> {
  return {
    DescribeCluster: ({ ClusterId: id }) => ({ Cluster: toCluster(account.requireCluster(id)) }),
    ListClusters(request, call) {
      const { ClusterStates: states, CreatedAfter: afterMs = 0, CreatedBefore: beforeMs = Infinity } = request;
      const listed = [...account.clusters.values()].filter(
        ({ state, createdAtMs }) =>
          createdAtMs >= afterMs && createdAtMs <= beforeMs && (states === undefined || states.includes(state)),
      );
      const all = listed.map((cluster) => [cluster.id, toClusterSummary(cluster)] as const);
      const { rows, nextToken } = account.clusterPages.list(call, request, all);
      return { Clusters: rows, Marker: nextToken };
    },
    TerminateJobFlows({ JobFlowIds: ids }) {
      for (const cluster of ids.map((id) => account.requireCluster(id))) account.terminate(cluster);
      return {};
    },
  };
}
