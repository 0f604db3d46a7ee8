import { BaseSession } from '../base-session.ts';
import type { Phase } from '../lifecycle.ts';
import type { ValueOf } from '../shapes.ts';
import type { World } from '../world.ts';
import type { DataprocConfig } from './dataproc-options.ts';
import { SESSION_STATES, type CREATE_SESSION } from './dataproc-shapes.ts';
import { durationMs } from './google-json.ts';

/** One of Dataproc's session states. */
export type DataprocState = (typeof SESSION_STATES)[number];

/** The request a session was created with. */
export type DataprocCreate = ValueOf<typeof CREATE_SESSION>;

/**
 * One Dataproc session: CREATING, ACTIVE with its endpoint a little later, TERMINATING, TERMINATED; or FAILED when made to.
 * It has no busy state: work only keeps its idle ttl from running.
 */
export class DataprocSession extends BaseSession<DataprocState> {
  readonly request: DataprocCreate;
  /** The resource name. */
  readonly name: string;
  readonly uuid: string;
  readonly ttlMs: number;
  readonly idleTtlMs: number;
  readonly #config: DataprocConfig;
  #endpointSinceMs: number | undefined;
  #isEnding = false;
  #isBusy = false;
  #callOffIdle: (() => void) | undefined;
  readonly #ends: (() => void)[] = [];
  readonly #settled: (() => void)[] = [];

  constructor(world: World, config: DataprocConfig, request: DataprocCreate) {
    super(world.timeline, {
      service: 'dataproc',
      scope: request.parent,
      id: request.sessionId,
      token: request.sessionId,
      states: { all: SESSION_STATES, first: 'CREATING', ended: ['TERMINATED', 'FAILED'] },
      retentionMs: config.retentionMs,
    });
    this.#config = config;
    this.request = request;
    this.name = `${request.parent}/sessions/${request.sessionId}`;
    this.uuid = world.random.uuid();
    const execution = request.session.environmentConfig?.executionConfig;
    this.ttlMs = durationMs(execution?.ttl) ?? config.ttlMs;
    this.idleTtlMs = durationMs(execution?.idleTtl) ?? config.idleTtlMs;
    this.lifecycle.then(world.startupMs, () => {
      this.enter('ACTIVE');
    });
    // Unconditional: it ends a session with work in it, too.
    this.timeline.after(this.ttlMs, () => {
      this.end(0);
    });
  }

  /** Whether its end was asked for or decided. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** Whether a client can connect to it, for a reader who is `lagMs` behind. */
  hasEndpoint(lagMs: number): boolean {
    return this.#endpointSinceMs !== undefined && this.#endpointSinceMs <= this.timeline.nowMs() - lagMs;
  }

  /** Every state so far that such a reader sees, oldest first. */
  history(lagMs: number): readonly Phase<DataprocState>[] {
    return this.lifecycle.until(lagMs);
  }

  /** Ends it; it is shown as it was for `lingerMs`. */
  end(lingerMs: number): void {
    if (!this.live || this.#isEnding) return;
    this.#isEnding = true;
    this.timeline.after(lingerMs, () => {
      this.enter('TERMINATING');
    });
  }

  /** Calls back when it has been created, or never will be. */
  whenSettled(action: () => void): void {
    this.#settled.push(action);
  }

  /** Calls back when it has ended. */
  whenEnded(action: () => void): void {
    if (this.live) this.#ends.push(action);
    else action();
  }

  setBusy(busy: boolean): void {
    this.#isBusy = busy;
    this.#planIdleEnd();
  }

  protected override onEnter(state: DataprocState): void {
    this.#planIdleEnd();
    if (state === 'ACTIVE' && this.#endpointSinceMs === undefined) {
      this.lifecycle.then(this.#config.endpointLagMs, () => {
        this.#endpointSinceMs = this.timeline.nowMs();
        this.#settle();
      });
    }
    if (state === 'TERMINATING') {
      this.#isEnding = true;
      this.lifecycle.then(this.#config.terminatingMs, () => {
        this.enter('TERMINATED');
      });
    }
  }

  protected override onEnd(): void {
    this.#callOffIdle?.();
    this.#settle();
    for (const action of this.#ends.splice(0)) action();
  }

  #settle(): void {
    for (const action of this.#settled.splice(0)) action();
  }

  #planIdleEnd(): void {
    this.#callOffIdle?.();
    this.#callOffIdle = undefined;
    if (this.state !== 'ACTIVE' || this.#isBusy) return;
    this.#callOffIdle = this.timeline.after(this.idleTtlMs, () => {
      this.end(0);
    });
  }
}
