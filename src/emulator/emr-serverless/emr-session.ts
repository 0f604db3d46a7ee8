import { EmrStatesSession } from '../aws/emr-states.ts';
import type { ValueOf } from '../shapes.ts';
import type { World } from '../world.ts';
import type { ApplicationSettings, EmrApplication } from './emr-application.ts';
import type { SESSION_INPUTS } from './emr-inputs.ts';
import type { EmrServerlessConfig } from './emr-serverless-options.ts';

export type EmrStart = ValueOf<(typeof SESSION_INPUTS)['StartSession']>;

/** One EMR Serverless session, which starts when its application runs. */
export class EmrSession extends EmrStatesSession {
  readonly application: EmrApplication;
  readonly request: EmrStart;
  /** What it takes from the account's vCPU quota until it has ended. */
  readonly vcpus: number;
  /** The application's release when the session was started. */
  readonly releaseLabel: string;
  readonly arn: string;
  readonly #release: () => void;

  constructor(world: World, config: EmrServerlessConfig, application: EmrApplication, request: EmrStart) {
    super(world, config, {
      service: 'emr-serverless',
      scope: application.id,
      id: `00${world.random.hex(14)}`,
      token: request.clientToken,
      idleTimeoutMinutes: request.idleTimeoutMinutes,
    });
    this.application = application;
    this.request = request;
    this.vcpus = vcpusOf(request, application.settings, config.startingExecutors);
    this.releaseLabel = application.settings.releaseLabel;
    this.arn = `${application.arn}/sessions/${this.id}`;
    this.#release = application.hold();
    application.start();
    application.whenStarted(() => this.begin());
  }

  protected override onEnd(): void {
    this.#release();
  }
}

/** A configuration as the model has it; the recursion of its shape hides its type. */
interface Configuration {
  readonly classification: string;
  readonly properties?: Readonly<Record<string, string>>;
}

/** The default cores of a worker. @see https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/jobs-spark.html read 2026-11-20 */
const WORKER_CORES = 4;

/**
 * The vCPUs for which the account needs room when a session starts: those of its driver and its first executors. The session's
 * Spark properties override its application's.
 */
export function vcpusOf(request: EmrStart, application: ApplicationSettings, executors: number): number {
  const spark = {
    ...sparkDefaults(application.runtimeConfiguration),
    ...sparkDefaults(request.configurationOverrides?.runtimeConfiguration),
  };
  return coresIn(spark['spark.driver.cores']) + executors * coresIn(spark['spark.executor.cores']);
}

function sparkDefaults(configurations: readonly unknown[] = []): Readonly<Record<string, string>> {
  const ours = (configurations as readonly Configuration[]).filter((each) => each.classification === 'spark-defaults');
  return Object.assign({}, ...ours.map(({ properties }) => properties)) as Readonly<Record<string, string>>;
}

/** A text that is not a number of cores counts as the default: only Spark would refuse it. */
function coresIn(property: string | undefined): number {
  const cores = Number(property);
  return Number.isInteger(cores) && cores > 0 ? cores : WORKER_CORES;
}
