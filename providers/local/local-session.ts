import type { Clock } from '../../src/contract/ports.ts';
import type { SessionError } from '../../src/contract/session-error.ts';
import type { ConnectEndpoint } from '../../src/contract/session-provider.ts';
import type { CallContext } from '../../src/contract/call-context.ts';
import type { StartRequest } from '../../src/contract/start-request.ts';
import type { StatementExecution, StatementProgress, StatementRequest } from '../../src/contract/statement-runner.ts';
import type { EngineSession, LocalEngine } from './local-engine.ts';
import { executeError, messageOf } from './errors.ts';
import type { LocalConfig } from './options.ts';
import { StatementStop } from './statement-stop.ts';
import { type LocalState, STATES } from './states.ts';

/** What a local session is made of. */
export interface LocalSessionParts {
  readonly id: string;
  readonly request: StartRequest;
  /** Its maximum lifetime, milliseconds. */
  readonly maxLifetimeMs: number;
  readonly config: LocalConfig;
  readonly engine: LocalEngine;
  readonly clock: Clock;
}

/** The state of a local session. */
export interface LocalStatus {
  readonly state: LocalState;
  /** Since when, epoch milliseconds. */
  readonly sinceMs: number;
  readonly reason?: string;
}

/**
 * One session of the local service. It opens its engine, counts the running statements, and ends on request, after its
 * idle timeout, or at its maximum lifetime. After the end it keeps only what `describe` reports.
 */
export class LocalSession {
  readonly id: string;
  readonly request: StartRequest;
  readonly maxLifetimeMs: number;
  readonly engineVersion: string;
  readonly createdAtMs: number;
  /** Resolves, never rejects, when the session has opened or failed to. */
  readonly opened: Promise<void>;
  readonly #clock: Clock;
  /** Stops the opening when the session ends before it is open. */
  readonly #openingStop = new AbortController();
  readonly #running = new Set<StatementStop>();
  readonly #cancelLifetime: () => void;
  #cancelIdle: () => void = () => {};
  #status: LocalStatus;
  #startedAtMs: number | undefined;
  #engine: EngineSession | undefined;
  #ending: Promise<void> | undefined;

  constructor({ id, request, maxLifetimeMs, config, engine, clock }: LocalSessionParts) {
    this.id = id;
    this.request = request;
    this.maxLifetimeMs = maxLifetimeMs;
    this.engineVersion = engine.version;
    this.createdAtMs = clock.nowMs();
    this.#clock = clock;
    this.#status = { state: 'OPENING', sinceMs: this.createdAtMs };
    this.#cancelLifetime = this.#endLater(maxLifetimeMs, `it reached its maximum lifetime of ${maxLifetimeMs} ms`);
    this.opened = this.#open(engine, config);
  }

  get status(): LocalStatus {
    return this.#status;
  }

  /** When it first accepted work, epoch milliseconds. */
  get startedAtMs(): number | undefined {
    return this.#startedAtMs;
  }

  /**
   * Runs a statement.
   * @throws SessionError `conflict` while the session accepts no work, `session-failed` when it has failed.
   */
  execute(request: StatementRequest, call: CallContext): Promise<StatementExecution> {
    const engine = this.#engine;
    if (engine === undefined || !STATES[this.#status.state].acceptsWork) return Promise.reject(this.#notReadyError());
    const stop = new StatementStop(call, this.#clock);
    this.#running.add(stop);
    if (this.#running.size === 1) this.#enter('RUNNING');
    const { started, finished } = engine.execute(request, stop.signal);
    void finished.then(() => {
      stop.release();
      this.#running.delete(stop);
      if (engine.brokenBy !== undefined) void this.#break(engine.brokenBy);
      else if (this.#running.size === 0 && this.#status.state === 'RUNNING') this.#enter('IDLE');
    });
    return started.finally(() => stop.noteStarted());
  }

  /** The progress of a running statement. */
  progress(statementId: string): StatementProgress | undefined {
    return this.#engine?.progress(statementId);
  }

  /**
   * The endpoint for other clients.
   * @throws SessionError `conflict` while the session accepts no work, `session-failed` when it has failed.
   */
  get endpoint(): ConnectEndpoint {
    const endpoint = this.#engine?.endpoint;
    if (endpoint === undefined || !STATES[this.#status.state].acceptsWork) throw this.#notReadyError();
    // The token is valid as long as the session.
    return { ...endpoint, expiresAtMs: this.createdAtMs + this.maxLifetimeMs };
  }

  /** Ends the session; resolves when everything is released. Another call waits for the same end. */
  end(reason: string): Promise<void> {
    this.#ending ??= this.#close(reason);
    return this.#ending;
  }

  async #open(engine: LocalEngine, config: LocalConfig): Promise<void> {
    try {
      this.#engine = await engine.open({
        sessionId: this.id,
        config,
        sparkConf: this.request.sparkConf ?? {},
        signal: this.#openingStop.signal,
        // An engine may fail while it opens, when there is nothing to release yet.
        noteBroken: (reason) => void this.opened.then(() => this.#break(reason)),
      });
    } catch (error) {
      await this.#break(messageOf(error));
      return;
    }
    if (this.#ending !== undefined) return;
    this.#startedAtMs = this.#clock.nowMs();
    this.#enter('IDLE');
  }

  async #close(reason: string): Promise<void> {
    this.#enter('CLOSING', reason);
    this.#stopAll(`the session ended while the statement ran: ${reason}`);
    await this.opened;
    await this.#engine?.close();
    this.#engine = undefined;
    this.#enter('CLOSED', reason);
  }

  /** The engine is unusable: releases it, then the session has failed. */
  async #break(reason: string): Promise<void> {
    // A requested end is not a failure.
    if (this.#ending !== undefined) return;
    const broken = this.#engine;
    this.#engine = undefined;
    this.#ending = (async () => {
      this.#stopAll(`the session failed while the statement ran: ${reason}`);
      await broken?.close();
      this.#enter('BROKEN', reason);
    })();
    await this.#ending;
  }

  #stopAll(message: string): void {
    this.#cancelLifetime();
    this.#openingStop.abort();
    for (const stop of this.#running) stop.abort(executeError('session-failed', message));
  }

  #enter(state: LocalState, reason?: string): void {
    this.#cancelIdle();
    this.#status = { state, sinceMs: this.#clock.nowMs(), ...(reason === undefined ? {} : { reason }) };
    if (state !== 'IDLE') return;
    const { idleTimeoutMs } = this.request;
    this.#cancelIdle = this.#endLater(idleTimeoutMs, `it was idle for ${idleTimeoutMs} ms, its idle timeout`);
  }

  /** Ends the session after a delay; the timer does not keep the process alive. */
  #endLater(delayMs: number, reason: string): () => void {
    return this.#clock.schedule(delayMs, () => void this.end(reason), 'background');
  }

  #notReadyError(): SessionError {
    const { state, reason } = this.#status;
    if (state === 'OPENING') return executeError('conflict', 'the session is not ready yet. Wait until it is ready');
    const hasFailed = STATES[state].state === 'failed';
    const why = reason === undefined ? '' : ` (${reason})`;
    const message = `the session has ${hasFailed ? 'failed' : 'ended'}${why}. Start a new session`;
    return executeError(hasFailed ? 'session-failed' : 'conflict', message);
  }
}
