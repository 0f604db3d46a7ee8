import { AwsSession } from '../aws/aws-session.ts';
import type { ValueOf } from '../shapes.ts';
import { startupOf, type World } from '../world.ts';
import { SESSION_STATES, type SESSION_INPUTS } from './athena-inputs.ts';
import { ENGINE_VERSIONS, type AthenaConfig, type AthenaEngine } from './athena-options.ts';
import type { AthenaCalculation } from './athena-calculation.ts';
import { PythonSession } from '../code/python-session.ts';

export type AthenaState = (typeof SESSION_STATES)[number];

export type AthenaStart = ValueOf<(typeof SESSION_INPUTS)['StartSession']>;

/** One Athena session: CREATING, CREATED, IDLE and BUSY in turn, TERMINATING, TERMINATED; by fault also DEGRADED or FAILED. */
export class AthenaSession extends AwsSession<AthenaState> {
  readonly engine: AthenaEngine;
  readonly request: AthenaStart;
  /** What it takes from the account's DPU quota until it has ended. */
  readonly dpus: number;
  readonly idleTimeoutMinutes: number;
  readonly #orphanedCalculation: AthenaConfig['orphanedCalculation'];
  #calculation: AthenaCalculation | undefined;
  #python: PythonSession | undefined;

  constructor(world: World, config: AthenaConfig, engine: AthenaEngine, request: AthenaStart) {
    const idleTimeoutMinutes = request.SessionIdleTimeoutInMinutes ?? config.idleTimeoutMinutes;
    super(world, config, {
      service: 'athena',
      scope: request.WorkGroup,
      id: world.random.uuid(),
      token: request.ClientRequestToken,
      states: { all: SESSION_STATES, first: 'CREATING', working: [config.endpointFrom, 'IDLE', 'BUSY'] },
      restingStates: ['IDLE'],
      idleTimeoutMinutes,
      // The service gives no other reason for an end without a failure; an idle timeout reads the same.
      endReason: 'Session was terminated per request',
    });
    this.engine = engine;
    this.request = request;
    this.dpus = request.EngineConfiguration.MaxConcurrentDpus ?? config.defaultSessionDpus;
    this.idleTimeoutMinutes = idleTimeoutMinutes;
    this.#orphanedCalculation = config.orphanedCalculation;
    const startupMs = startupOf(world);
    const createdMs = Math.min(config.createdMs, startupMs);
    this.lifecycle.then(startupMs - createdMs, () => {
      this.enter(createdMs === 0 ? 'IDLE' : 'CREATED');
      if (createdMs > 0) this.lifecycle.then(createdMs, () => this.enter('IDLE'));
    });
  }

  get engineVersion(): string {
    return ENGINE_VERSIONS[this.engine];
  }

  /** The process that runs its code; started when it is first needed. */
  get python(): PythonSession {
    return (this.#python ??= new PythonSession());
  }

  /** Ends that process. */
  closePython(): void {
    this.#python?.close();
  }

  override terminate(): void {
    const isEnding = this.state === 'TERMINATING';
    super.terminate();
    if (!isEnding) this.#orphanCalculation();
  }

  /** Runs a calculation; the session is BUSY until it ends. */
  run(calculation: AthenaCalculation): void {
    this.#calculation = calculation;
    this.enter('BUSY');
    calculation.begin(() => {
      this.#calculation = undefined;
      if (this.state === 'BUSY') this.enter('IDLE');
    });
  }

  protected override onEnd(): void {
    this.#orphanCalculation();
  }

  #orphanCalculation(): void {
    this.closePython();
    this.#calculation?.orphan(this.#orphanedCalculation);
    this.#calculation = undefined;
  }
}
