import { BaseSession } from '../base-session.ts';
import { PythonSession } from '../code/python-session.ts';
import type { ValueOf } from '../shapes.ts';
import { startupOf, type World } from '../world.ts';
import { ENDED_STATES, SESSION_STATES, WORKER_DPUS, type SESSION_INPUTS } from './glue-inputs.ts';
import type { GlueConfig } from './glue-options.ts';
import type { GlueStatement } from './glue-statement.ts';

export type GlueState = (typeof SESSION_STATES)[number];

export type GlueCreate = ValueOf<(typeof SESSION_INPUTS)['CreateSession']>;

const MINUTE_MS = 60_000;
/** What a session has that names no capacity. @see https://docs.aws.amazon.com/glue/latest/dg/interactive-sessions-magics.html read 2026-11-30 */
const DEFAULT_WORKERS = 5;

/**
 * One Glue session: PROVISIONING, READY, STOPPING, STOPPED; TIMEOUT after either of its timeouts; by fault also FAILED. It has no
 * busy state: work only stops its idle timeout.
 */
export class GlueSession extends BaseSession<GlueState> {
  readonly request: GlueCreate;
  readonly arn: string;
  /** DPUs. */
  readonly maxCapacity: number;
  readonly idleTimeoutMinutes: number;
  readonly statements: GlueStatement[] = [];
  readonly #stoppingMs: number;
  #isBusy = false;
  #running: GlueStatement | undefined;
  #python: PythonSession | undefined;
  #cancelIdleEnd: (() => void) | undefined;

  constructor(world: World, config: GlueConfig, request: GlueCreate) {
    super(world.timeline, {
      service: 'glue',
      scope: world.accountId,
      id: request.Id,
      token: request.Id,
      states: { all: SESSION_STATES, first: 'PROVISIONING', ended: ENDED_STATES, working: ['READY'] },
      retentionMs: config.retentionMs,
    });
    this.request = request;
    this.arn = `arn:aws:glue:${world.region}:${world.accountId}:session/${request.Id}`;
    this.maxCapacity = dpusOf(request);
    const lifetimeMs = request.Timeout === undefined ? config.maxLifetimeMs : request.Timeout * MINUTE_MS;
    this.idleTimeoutMinutes = request.IdleTimeout ?? config.idleTimeoutMinutes ?? Math.ceil(lifetimeMs / MINUTE_MS);
    this.#stoppingMs = config.terminatingMs;
    this.lifecycle.then(startupOf(world), () => this.enter('READY'));
    this.timeline.after(lifetimeMs, () => this.enter('TIMEOUT'));
  }

  /** Only sessions of this type have a Spark Connect endpoint. */
  get connects(): boolean {
    return this.request.SessionType === 'SPARK_CONNECT';
  }

  override get takesWork(): boolean {
    return super.takesWork && this.connects;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** The process that runs its code; started when it is first needed. */
  get python(): PythonSession {
    return (this.#python ??= new PythonSession());
  }

  /** Ends that process. */
  closePython(): void {
    this.#python?.close();
  }

  /** Starts the end; no effect when it has begun. */
  stop(): void {
    if (this.live && this.state !== 'STOPPING') this.enter('STOPPING');
  }

  setBusy(busy: boolean): void {
    this.#isBusy = busy;
    this.#planIdleEnd();
  }

  /** Runs a statement, after those before it. */
  run(statement: GlueStatement): void {
    this.statements.push(statement);
    this.#runNext();
  }

  protected override onEnter(state: GlueState): void {
    this.#planIdleEnd();
    if (state !== 'STOPPING') return;
    this.#endStatements();
    this.lifecycle.then(this.#stoppingMs, () => this.enter('STOPPED'));
  }

  protected override onEnd(): void {
    this.#cancelIdleEnd?.();
    this.#endStatements();
  }

  #runNext(): void {
    if (this.#running !== undefined) return;
    const next = this.statements.find(({ isWaiting }) => isWaiting);
    this.#running = next;
    this.#planIdleEnd();
    next?.begin(() => {
      this.#running = undefined;
      if (this.state === 'READY') this.#runNext();
    });
  }

  #endStatements(): void {
    this.closePython();
    for (const statement of this.statements) if (!statement.ended) statement.orphan('CANCELLED');
  }

  #planIdleEnd(): void {
    this.#cancelIdleEnd?.();
    this.#cancelIdleEnd = undefined;
    if (this.state !== 'READY' || this.#isBusy || this.isRunning) return;
    this.#cancelIdleEnd = this.timeline.after(this.idleTimeoutMinutes * MINUTE_MS, () => this.enter('TIMEOUT'));
  }
}

/** What a session takes from the account's quota until it has ended. */
export function dpusOf({ MaxCapacity, WorkerType = 'G.1X', NumberOfWorkers = DEFAULT_WORKERS }: GlueCreate): number {
  return MaxCapacity ?? WORKER_DPUS[WorkerType] * NumberOfWorkers;
}
