import { EmrStatesSession } from '../aws/emr-states.ts';
import type { ValueOf } from '../shapes.ts';
import type { World } from '../world.ts';
import type { EmrCluster } from './emr-cluster.ts';
import type { SESSION_INPUTS } from './emr-inputs.ts';
import type { EmrConfig } from './emr-options.ts';

export type EmrStart = ValueOf<(typeof SESSION_INPUTS)['StartSession']>;

/** One session on a cluster. */
export class ClusterSession extends EmrStatesSession {
  readonly cluster: EmrCluster;
  readonly request: EmrStart;
  readonly arn: string;

  constructor(world: World, config: EmrConfig, cluster: EmrCluster, request: EmrStart) {
    super(world, config, {
      service: 'emr',
      scope: cluster.id,
      id: `is-${world.random.hex(13).toUpperCase()}`,
      token: request.ClientRequestToken,
      idleTimeoutMinutes: request.SessionIdleTimeoutInMinutes,
    });
    this.cluster = cluster;
    this.request = request;
    this.arn = `${cluster.arn}/session/${this.id}`;
    world.timeline.after(0, () => this.begin());
  }

  protected override onEnd(): void {}
}
