import { BaseSession } from '../base-session.ts';
import type { ValueOf } from '../shapes.ts';
import type { World } from '../world.ts';
import { ENGINE_VERSIONS, type AthenaEngine } from './athena-engine.ts';
import type { AthenaConfig } from './athena-options.ts';
import { SESSION_STATES, type START_SESSION } from './athena-shapes.ts';
import type { Calculation } from './calculation.ts';

/** One of Athena's session states. */
export type AthenaState = (typeof SESSION_STATES)[number];

/** The request a session was started with. */
export type AthenaStart = ValueOf<typeof START_SESSION>;

/** The only reason the service gives for an end that it was asked for; an idle timeout reads the same. */
const TERMINATED_REASON = 'Session was terminated per request';

const MINUTE_MS = 60_000;

/** One Athena session: CREATING, CREATED, IDLE and BUSY in turn, TERMINATING, TERMINATED; or DEGRADED or FAILED when made to. */
export class AthenaSession extends BaseSession<AthenaState> {
  readonly engine: AthenaEngine;
  readonly request: AthenaStart;
  /** What it takes from the account's DPU quota until it has ended. */
  readonly dpus: number;
  readonly idleTimeoutMinutes: number;
  readonly #config: AthenaConfig;
  #calculation: Calculation | undefined;

  constructor(world: World, config: AthenaConfig, engine: AthenaEngine, request: AthenaStart) {
    super(world.timeline, {
      service: 'athena',
      scope: request.WorkGroup,
      id: world.random.uuid(),
      token: request.ClientRequestToken,
      states: {
        all: SESSION_STATES,
        first: 'CREATING',
        ended: ['TERMINATED', 'FAILED'],
        working: [config.endpointFrom, 'IDLE', 'BUSY'],
      },
      retentionMs: config.retentionMs,
    });
    this.engine = engine;
    this.request = request;
    this.dpus = request.EngineConfiguration.MaxConcurrentDpus ?? config.defaultSessionDpus;
    this.idleTimeoutMinutes = request.SessionIdleTimeoutInMinutes ?? config.idleTimeoutMinutes;
    this.#config = config;
    const createdMs = Math.min(config.createdMs, world.startupMs);
    this.lifecycle.then(world.startupMs - createdMs, () => {
      this.enter(createdMs === 0 ? 'IDLE' : 'CREATED');
      if (createdMs === 0) return;
      this.lifecycle.then(createdMs, () => {
        this.enter('IDLE');
      });
    });
    if (config.maxLifetimeMs !== undefined) this.timeline.after(config.maxLifetimeMs, () => this.terminate());
  }

  /** The engine's name on the wire. */
  get engineVersion(): string {
    return ENGINE_VERSIONS[this.engine];
  }

  /** DPU milliseconds used so far. */
  get dpuExecutionMs(): number {
    return Math.round(this.truth().billedSeconds * 1000 * this.dpus);
  }

  /** Asks for the end; nothing happens when it is near or past already. */
  terminate(): void {
    if (!this.live || this.state === 'TERMINATING') return;
    this.enter('TERMINATING', TERMINATED_REASON);
    this.#orphanCalculation();
  }

  /** Runs a calculation: BUSY until it is done. */
  run(calculation: Calculation): void {
    this.#calculation = calculation;
    this.enter('BUSY');
    calculation.begin(() => {
      this.#calculation = undefined;
      if (this.state === 'BUSY') this.enter('IDLE');
    });
  }

  setBusy(busy: boolean): void {
    if (busy && this.state === 'IDLE') this.enter('BUSY');
    else if (!busy && this.state === 'BUSY') this.enter('IDLE');
  }

  protected override onEnter(state: AthenaState): void {
    if (state === 'IDLE') {
      this.lifecycle.then(this.idleTimeoutMinutes * MINUTE_MS, () => {
        this.terminate();
      });
    }
    if (state === 'TERMINATING') {
      this.lifecycle.then(this.#config.terminatingMs, () => {
        this.enter('TERMINATED', TERMINATED_REASON);
      });
    }
  }

  protected override onEnd(): void {
    this.#orphanCalculation();
  }

  #orphanCalculation(): void {
    this.#calculation?.orphan(this.#config.orphanedCalculation);
    this.#calculation = undefined;
  }
}
