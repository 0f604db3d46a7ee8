import type { ValueOf } from '../shapes.ts';
import { Lifecycle } from '../timeline.ts';
import type { World } from '../world.ts';
import type { APPLICATION_INPUTS, ApplicationState } from './emr-inputs.ts';
import type { EmrServerlessConfig } from './emr-serverless-options.ts';

/** The settings of an application: the request that creates it, without the token. */
export type ApplicationSettings = Omit<ValueOf<(typeof APPLICATION_INPUTS)['CreateApplication']>, 'clientToken'>;

export type ImageSettings = NonNullable<ApplicationSettings['imageConfiguration']>;

const MINUTE_MS = 60_000;
/** How long an application without sessions keeps running, in minutes. @see https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/application-capacity.html read 2026-11-20 */
const AUTO_STOP_MINUTES = 15;

/** One EMR Serverless application: CREATED, STARTED and STOPPED, with the states in between. */
export class EmrApplication {
  readonly id: string;
  readonly createdAtMs: number;
  settings: ApplicationSettings;
  updatedAtMs: number;
  readonly #world: World;
  readonly #config: EmrServerlessConfig;
  readonly #lifecycle: Lifecycle<ApplicationState>;
  readonly #waiting: (() => void)[] = [];
  #liveSessions = 0;
  #cancelStop: () => void = () => {};

  constructor(
    world: World,
    config: EmrServerlessConfig,
    birth: { id: string; settings: ApplicationSettings; state: ApplicationState },
  ) {
    this.id = birth.id;
    this.settings = birth.settings;
    this.#world = world;
    this.#config = config;
    this.#lifecycle = new Lifecycle(world.timeline, birth.state);
    this.createdAtMs = world.timeline.nowMs();
    this.updatedAtMs = this.createdAtMs;
    this.#onEnter(birth.state);
  }

  get state(): ApplicationState {
    return this.#lifecycle.current.state;
  }

  get arn(): string {
    return `arn:aws:emr-serverless:${this.#world.region}:${this.accountId}:/applications/${this.id}`;
  }

  get accountId(): string {
    return this.#world.accountId;
  }

  /** Whether it has ever been STARTED. */
  get hasStarted(): boolean {
    return this.#lifecycle.firstTimeIn(['STARTED']) !== undefined;
  }

  get hasLiveSessions(): boolean {
    return this.#liveSessions > 0;
  }

  start(): void {
    if (this.state === 'CREATED' || this.state === 'STOPPED') this.#enter('STARTING');
  }

  stop(): void {
    if (this.state === 'STARTED') this.#enter('STOPPING');
  }

  terminate(): void {
    this.#enter('TERMINATED');
  }

  /** Calls back once it is STARTED, at once when it is. */
  whenStarted(action: () => void): void {
    if (this.state === 'STARTED') action();
    else this.#waiting.push(action);
  }

  /** Counts a live session until the returned function is called. */
  hold(): () => void {
    this.#cancelStop();
    this.#liveSessions += 1;
    return () => {
      this.#liveSessions -= 1;
      this.#planStop();
    };
  }

  #enter(state: ApplicationState): void {
    this.#cancelStop();
    this.#lifecycle.enter(state);
    this.updatedAtMs = this.#world.timeline.nowMs();
    this.#onEnter(state);
  }

  #onEnter(state: ApplicationState): void {
    if (state === 'CREATING') this.#lifecycle.then(0, () => this.#enter('CREATED'));
    if (state === 'STARTING') this.#lifecycle.then(this.#config.applicationStartupMs, () => this.#enter('STARTED'));
    if (state === 'STOPPING') this.#lifecycle.then(this.#config.terminatingMs, () => this.#enter('STOPPED'));
    if (state === 'STARTED') {
      for (const action of this.#waiting.splice(0)) action();
      this.#planStop();
    }
  }

  #planStop(): void {
    const { enabled = true, idleTimeoutMinutes = AUTO_STOP_MINUTES } = this.settings.autoStopConfiguration ?? {};
    if (!enabled || this.hasLiveSessions || this.state !== 'STARTED') return;
    this.#cancelStop = this.#world.timeline.after(idleTimeoutMinutes * MINUTE_MS, () => this.stop());
  }
}
