import { startupOf, type World } from '../world.ts';
import { AwsSession } from './aws-session.ts';

/** The states in which a session accepts work. */
const WORKING_STATES = ['STARTED', 'IDLE', 'BUSY'] as const;

/** The states of sessions of EMR Serverless and of EMR on EC2. */
export const EMR_STATES = ['SUBMITTED', 'STARTING', ...WORKING_STATES, 'FAILED', 'TERMINATING', 'TERMINATED'] as const;

export type EmrState = (typeof EMR_STATES)[number];

/** The reason in each state, as EMR Serverless words it in `stateDetails`, which it never leaves empty. */
const REASONS: Readonly<Record<EmrState, string>> = {
  SUBMITTED: 'Session is submitted.',
  STARTING: 'Session is starting.',
  STARTED: 'Session is started.',
  IDLE: 'Session is running.',
  BUSY: 'Session is running.',
  FAILED: 'Session failed.',
  TERMINATING: 'Session is terminating.',
  TERMINATED: 'Session is terminated.',
};

/** The options of the two services that decide about the states of a session. */
export interface EmrStateOptions {
  /** How long STARTED is shown before IDLE (default 0, which skips it: the one published trace never shows it). */
  readonly startedMs?: number;
  /** What an idle timeout of 0 means. Undocumented (default `never`). */
  readonly zeroIdleTimeout?: 'never' | 'default';
}

interface Config extends Required<EmrStateOptions> {
  readonly idleTimeoutMinutes: number;
  readonly maxLifetimeMs?: number;
  readonly retentionMs?: number;
  readonly terminatingMs: number;
}

interface Birth {
  readonly service: 'emr-serverless' | 'emr';
  readonly scope: string;
  readonly id: string;
  readonly token: string | undefined;
  readonly idleTimeoutMinutes: number | undefined;
}

/** One session of EMR: SUBMITTED, STARTING, IDLE and BUSY in turn, TERMINATING, TERMINATED; by fault also FAILED. */
export abstract class EmrStatesSession extends AwsSession<EmrState> {
  readonly idleTimeoutMinutes: number;
  readonly #startedMs: number;
  readonly #world: World;

  constructor(world: World, config: Config, { idleTimeoutMinutes: asked, ...birth }: Birth) {
    const idleTimeoutMinutes = asked ?? config.idleTimeoutMinutes;
    const neverIdle = idleTimeoutMinutes === 0 && config.zeroIdleTimeout === 'never';
    super(world, config, {
      ...birth,
      states: { all: EMR_STATES, first: 'SUBMITTED', working: WORKING_STATES },
      reason: REASONS.SUBMITTED,
      restingStates: ['STARTED', 'IDLE'],
      idleTimeoutMinutes: neverIdle ? 0 : idleTimeoutMinutes || config.idleTimeoutMinutes,
    });
    this.idleTimeoutMinutes = idleTimeoutMinutes;
    this.#startedMs = config.startedMs;
    this.#world = world;
  }

  /** When it first accepted work. */
  override get readyAtMs(): number | undefined {
    return this.lifecycle.firstTimeIn(['STARTED', 'IDLE']);
  }

  /** Leaves SUBMITTED. */
  protected begin(): void {
    if (this.state !== 'SUBMITTED') return;
    this.enter('STARTING');
    this.lifecycle.then(startupOf(this.#world), () => this.enter(this.#startedMs === 0 ? 'IDLE' : 'STARTED'));
  }

  protected override enter(state: EmrState, reason?: string): void {
    super.enter(state, reason ?? REASONS[state]);
  }

  protected override onEnter(state: EmrState): void {
    super.onEnter(state);
    if (state === 'STARTED') this.lifecycle.then(this.#startedMs, () => this.enter('IDLE'));
  }
}
