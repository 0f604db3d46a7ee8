import { Lifecycle, type Phase } from '../timeline.ts';
import type { World } from '../world.ts';
import type { ClusterState } from './emr-inputs.ts';
import type { ClusterSetup } from './emr-options.ts';

/** One cluster; a test ends it with TerminateJobFlows. */
export class EmrCluster {
  readonly id: string;
  readonly arn: string;
  readonly createdAtMs: number;
  readonly setup: Required<Omit<ClusterSetup, 'state'>>;
  readonly #lifecycle: Lifecycle<ClusterState>;
  readonly #terminatingMs: number;

  constructor({ timeline, region, accountId }: World, terminatingMs: number, id: string, setup: ClusterSetup) {
    const { releaseLabel = 'emr-spark-8.0.0', applications = ['Spark'], sessionEnabled = true, state } = setup;
    this.id = id;
    this.arn = `arn:aws:elasticmapreduce:${region}:${accountId}:cluster/${id}`;
    this.createdAtMs = timeline.nowMs();
    this.setup = { releaseLabel, applications, sessionEnabled };
    this.#lifecycle = new Lifecycle(timeline, state ?? 'WAITING');
    this.#terminatingMs = terminatingMs;
  }

  get phase(): Phase<ClusterState> {
    return this.#lifecycle.current;
  }

  get state(): ClusterState {
    return this.phase.state;
  }

  get hasEnded(): boolean {
    return this.state.startsWith('TERMINAT');
  }

  terminate(): void {
    const reason = 'Terminated by user request';
    this.#lifecycle.enter('TERMINATING', reason);
    this.#lifecycle.then(this.#terminatingMs, () => this.#lifecycle.enter('TERMINATED', reason));
  }
}
