import { BaseSession } from '../base-session.ts';
import type { Phase } from '../timeline.ts';
import { startupOf, type World } from '../world.ts';
import { SESSION_STATES, type DataprocCreate, type DataprocState } from './dataproc-inputs.ts';
import type { DataprocConfig } from './dataproc-options.ts';
import { durationMs } from './google-json.ts';
import { showsUsage } from '../session-options.ts';
import { bridgedToken, type ConnectGate } from '../data-plane/gatekeeper.ts';

/**
 * One Dataproc session: CREATING, ACTIVE with its endpoint a little later, TERMINATING, TERMINATED; by fault also FAILED.
 * It has no busy state: work only stops its idle ttl.
 */
export class DataprocSession extends BaseSession<DataprocState> {
  readonly request: DataprocCreate;
  /** The resource name. */
  readonly name: string;
  readonly uuid: string;
  readonly ttlMs: number;
  readonly idleTtlMs: number;
  readonly #config: DataprocConfig;
  readonly #connect: ConnectGate;
  #endpointSinceMs: number | undefined;
  #isEnding = false;
  #isBusy = false;
  #cancelIdleEnd: (() => void) | undefined;
  readonly #endListeners: (() => void)[] = [];
  readonly #settledListeners: (() => void)[] = [];

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
    this.#connect = world.connect;
    this.request = request;
    this.name = `${request.parent}/sessions/${request.sessionId}`;
    this.uuid = world.random.uuid();
    const [token, expiresAtMs] = [bridgedToken(this.uuid), Number.POSITIVE_INFINITY];
    world.connect.admit({ token, session: this, expiresAtMs, expiredTokenCode: 'UNAUTHENTICATED' });
    const execution = request.session.environmentConfig?.executionConfig;
    this.ttlMs = durationMs(execution?.ttl) ?? config.ttlMs;
    this.idleTtlMs = durationMs(execution?.idleTtl) ?? config.idleTtlMs;
    this.lifecycle.then(startupOf(world), () => this.enter('ACTIVE'));
    // Ends a session that is working, too.
    this.timeline.after(this.ttlMs, () => this.end(0));
  }

  override get readyAtMs(): number | undefined {
    return this.#endpointSinceMs;
  }

  /** A Jupyter session has another data plane, which is not emulated. */
  override get takesWork(): boolean {
    const isJupyter = this.request.session.jupyterSession !== undefined;
    return this.live && this.state === 'ACTIVE' && this.#endpointSinceMs !== undefined && !isJupyter;
  }

  /** The host and the port of its WebSockets. */
  get bridge(): string {
    return new URL(this.#connect.bridgeUrl).host;
  }

  get nowMs(): number {
    return this.timeline.nowMs();
  }

  /** Whether its end has been requested or decided. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** Whether a client can connect to it, for a reader who is `lagMs` behind. */
  hasEndpoint(lagMs: number): boolean {
    return this.#endpointSinceMs !== undefined && this.#endpointSinceMs <= this.timeline.nowMs() - lagMs;
  }

  /** Every state so far, as such a reader sees it, oldest first. */
  history(lagMs: number): readonly Phase<DataprocState>[] {
    return this.lifecycle.until(lagMs);
  }

  /** What it reports as used so far: a total, the size of now, or neither. */
  get reportsUsage(): 'total' | 'snapshot' | 'nothing' {
    if (showsUsage(this.#config, this.live)) return 'total';
    return this.#config.usage === 'ended' && this.live && this.state !== 'CREATING' ? 'snapshot' : 'nothing';
  }

  /** Ends it; its state does not change for `lingerMs`. */
  end(lingerMs: number): void {
    if (!this.live || this.#isEnding) return;
    this.#isEnding = true;
    this.timeline.after(lingerMs, () => this.enter('TERMINATING'));
  }

  /** Calls back when its creation has succeeded or failed. */
  whenSettled(action: () => void): void {
    this.#settledListeners.push(action);
  }

  whenEnded(action: () => void): void {
    if (this.live) this.#endListeners.push(action);
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
      this.lifecycle.then(this.#config.terminatingMs, () => this.enter('TERMINATED'));
    }
  }

  protected override onEnd(): void {
    this.#cancelIdleEnd?.();
    this.#settle();
    for (const action of this.#endListeners.splice(0)) action();
  }

  #settle(): void {
    for (const action of this.#settledListeners.splice(0)) action();
  }

  #planIdleEnd(): void {
    this.#cancelIdleEnd?.();
    this.#cancelIdleEnd = undefined;
    if (this.state !== 'ACTIVE' || this.#isBusy) return;
    this.#cancelIdleEnd = this.timeline.after(this.idleTtlMs, () => this.end(0));
  }
}
