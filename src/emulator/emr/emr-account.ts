import { AwsAccount } from '../aws/aws-account.ts';
import { awsErrors } from '../aws/aws-errors.ts';
import type { EmrState } from '../aws/emr-states.ts';
import { PageBook, type PageRules } from '../page-book.ts';
import { ServiceError } from '../service.ts';
import type { World } from '../world.ts';
import { EmrCluster } from './emr-cluster.ts';
import type { EmrConfig } from './emr-options.ts';
import { ClusterSession, type EmrStart } from './emr-session.ts';

/** The first release with sessions. @see https://docs.aws.amazon.com/emr/latest/APIReference/API_StartSession.html (read 2026-11-30) */
const FIRST_MAJOR = 8;

const PAGES: PageRules = {
  sizeMember: 'MaxResults',
  tokenMember: 'NextToken',
  defaultSize: 50,
  invalidToken: () => invalidRequest('The token of the page is not valid.'),
};

export function invalidRequest(message: string): ServiceError {
  return new ServiceError('InvalidRequestException', 400, message);
}

export const EMR_ERRORS = awsErrors({ invalid: invalidRequest, throttlingStatus: 400, signatureStatus: 400 });

export class EmrAccount extends AwsAccount<EmrState, ClusterSession, EmrConfig> {
  readonly clusters: ReadonlyMap<string, EmrCluster>;
  readonly clusterPages: PageBook;

  constructor(world: World, config: EmrConfig) {
    super(world, config, {
      tagLimit: 50,
      arn: /^arn:aws[a-zA-Z0-9-]*:elasticmapreduce:(.+):(\d{12}):cluster\/([\w-]+)(?:\/session\/([\w-]+))?$/,
      foreignArn: () => invalidRequest('The resource does not exist.'),
      invalid: invalidRequest,
      unknownSession: (id) => new ServiceError(config.unknownSessionCode, 400, `Session id '${id}' is not valid.`),
      tokens: {
        member: 'ClientRequestToken',
        clash: () => invalidRequest('The ClientRequestToken was used with other parameters.'),
      },
      pages: PAGES,
    });
    this.clusterPages = new PageBook(world.random, { ...PAGES, sizeMember: '', tokenMember: 'Marker' });
    this.clusters = new Map(
      Object.entries(config.clusters).map(([id, setup]) => [
        id,
        new EmrCluster(world, config.terminatingMs, id, setup),
      ]),
    );
  }

  requireCluster(id: string): EmrCluster {
    const cluster = this.clusters.get(id);
    if (cluster === undefined) throw invalidRequest(`Cluster id '${id}' is not valid.`);
    return cluster;
  }

  /** Makes a session when the cluster and the quota allow. */
  start(request: EmrStart): ClusterSession {
    const cluster = this.requireCluster(request.ClusterId);
    refuseUnsuitable(cluster);
    if ((request.Name ?? '') === '' && this.config.withoutName === 'refuse') {
      throw invalidRequest('A session needs a Name.');
    }
    const live = this.sessions().filter((session) => session.live && session.cluster === cluster);
    if (live.length >= this.config.sessionQuota) {
      throw invalidRequest(`Cluster ${cluster.id} may have ${this.config.sessionQuota} sessions at a time.`);
    }
    const session = new ClusterSession(this.world, this.config, cluster, request);
    this.tags.add(session.arn, tagsOf(request));
    return session;
  }

  /** Ends a cluster and its sessions. */
  terminate(cluster: EmrCluster): void {
    if (cluster.hasEnded) return;
    cluster.terminate();
    for (const session of this.sessions()) {
      if (session.cluster === cluster) session.terminate(`Cluster ${cluster.id} was terminated.`);
    }
  }

  protected override requireScope(clusterId: string): void {
    this.requireCluster(clusterId);
  }
}

function tagsOf({ Tags: tags = [] }: EmrStart): Readonly<Record<string, string>> {
  return Object.fromEntries(
    tags.map(({ Key: key = '', Value: value = '' }) => {
      if (key === '') throw invalidRequest('A tag needs a Key.');
      return [key, value];
    }),
  );
}

function refuseUnsuitable({ id, state, setup }: EmrCluster): void {
  const { releaseLabel, applications, sessionEnabled } = setup;
  if (state !== 'RUNNING' && state !== 'WAITING') throw invalidRequest(`Cluster ${id} is in state ${state}.`);
  const [, major = '0'] = /^emr-spark-(\d+)\./.exec(releaseLabel) ?? [];
  if (Number(major) < FIRST_MAJOR) {
    throw invalidRequest(`Sessions need release emr-spark-8.0.0 or later, not ${releaseLabel}.`);
  }
  if (!applications.includes('Spark')) throw invalidRequest(`Spark is not installed on cluster ${id}.`);
  if (!sessionEnabled) throw invalidRequest(`Sessions are not enabled for cluster ${id}.`);
}
