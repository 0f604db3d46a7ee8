import { AwsSession } from '../aws/aws-session.ts';
import type { ValueOf } from '../shapes.ts';
import { startupOf, type World } from '../world.ts';
import type { ApplicationSettings, EmrApplication } from './emr-application.ts';
import { SESSION_STATES, WORKING_STATES, type SESSION_INPUTS } from './emr-inputs.ts';
import type { EmrServerlessConfig } from './emr-serverless-options.ts';

export type EmrState = (typeof SESSION_STATES)[number];

export type EmrStart = ValueOf<(typeof SESSION_INPUTS)['StartSession']>;

/** `stateDetails` in each state; the service never leaves it empty. */
const DETAILS: Readonly<Record<EmrState, string>> = {
  SUBMITTED: 'Session is submitted.',
  STARTING: 'Session is starting.',
  STARTED: 'Session is started.',
  IDLE: 'Session is running.',
  BUSY: 'Session is running.',
  FAILED: 'Session failed.',
  TERMINATING: 'Session is terminating.',
  TERMINATED: 'Session is terminated.',
};

/** One EMR Serverless session: SUBMITTED, STARTING, IDLE and BUSY in turn, TERMINATING, TERMINATED; by fault also FAILED. */
export class EmrSession extends AwsSession<EmrState> {
  readonly application: EmrApplication;
  readonly request: EmrStart;
  /** What it takes from the account's vCPU quota until it has ended. */
  readonly vcpus: number;
  /** The application's release when the session was started. */
  readonly releaseLabel: string;
  readonly arn: string;
  readonly idleTimeoutMinutes: number;
  readonly #startedMs: number;
  readonly #release: () => void;

  constructor(world: World, config: EmrServerlessConfig, application: EmrApplication, request: EmrStart) {
    const idleTimeoutMinutes = request.idleTimeoutMinutes ?? config.idleTimeoutMinutes;
    const neverIdle = idleTimeoutMinutes === 0 && config.zeroIdleTimeout === 'never';
    super(world, config, {
      service: 'emr-serverless',
      scope: application.id,
      id: `00${world.random.hex(14)}`,
      token: request.clientToken,
      states: { all: SESSION_STATES, first: 'SUBMITTED', working: WORKING_STATES },
      reason: DETAILS.SUBMITTED,
      restingStates: ['STARTED', 'IDLE'],
      idleTimeoutMinutes: neverIdle ? 0 : idleTimeoutMinutes || config.idleTimeoutMinutes,
    });
    this.application = application;
    this.request = request;
    this.vcpus = vcpusOf(request, application.settings, config.startingExecutors);
    this.releaseLabel = application.settings.releaseLabel;
    this.arn = `${application.arn}/sessions/${this.id}`;
    this.idleTimeoutMinutes = idleTimeoutMinutes;
    this.#startedMs = config.startedMs;
    this.#release = application.hold();
    application.start();
    application.whenStarted(() => {
      if (this.state !== 'SUBMITTED') return;
      this.enter('STARTING');
      this.lifecycle.then(startupOf(world), () => this.enter(config.startedMs === 0 ? 'IDLE' : 'STARTED'));
    });
  }

  /** When it first accepted work. */
  override get readyAtMs(): number | undefined {
    return this.lifecycle.firstTimeIn(['STARTED', 'IDLE']);
  }

  protected override enter(state: EmrState, reason?: string): void {
    super.enter(state, reason ?? DETAILS[state]);
  }

  protected override onEnter(state: EmrState): void {
    super.onEnter(state);
    if (state === 'STARTED') this.lifecycle.then(this.#startedMs, () => this.enter('IDLE'));
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
