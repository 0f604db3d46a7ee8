import type { Clock } from '../../src/contract/ports.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import type { ConnectEndpoint } from '../../src/contract/session-provider.ts';
import type { CallContext } from '../../src/contract/call-context.ts';
import type { StartRequest } from '../../src/contract/start-request.ts';
import type { StatementExecution, StatementProgress, StatementRequest } from '../../src/contract/statement-runner.ts';
import type { EngineSession, LocalEngine } from './local-engine.ts';
import type { LocalConfig } from './options.ts';
import { StatementStop } from './statement-stop.ts';
import { type LocalState, STATE_MEANINGS } from './states.ts';

/** What a local session begins with. */
export interface LocalSessionParts {
  readonly id: string;
  readonly request: StartRequest;
  /** How long it may live at all, milliseconds. */
  readonly maxLifetimeMs: number;
  readonly config: LocalConfig;
  readonly engine: LocalEngine;
  readonly clock: Clock;
}

/** Where a local session stands. */
export interface LocalStatus {
  readonly state: LocalState;
  /** Since when, epoch milliseconds. */
  readonly sinceMs: number;
  readonly reason?: string;
}

/**
 * One session of the local service: opens its engine, counts what runs in it, and ends when it is told to, when nothing
 * has run for too long, or when it has lived long enough. After the end only what can be told of it is kept.
 */
export class LocalSession {
  readonly id: string;
  readonly request: StartRequest;
  readonly maxLifetimeMs: number;
  readonly engineVersion: string;
  readonly createdAtMs: number;
  /** Resolves, never rejects, when the session is open or could not be opened. */
  readonly opened: Promise<void>;
  readonly #clock: Clock;
  /** Gives up the opening when the session is ended before it is open. */
  readonly #openingStop = new AbortController();
  readonly #running = new Set<StatementStop>();
  readonly #callOffLifetime: () => void;
  #callOffIdle: () => void = () => {};
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
    this.#callOffLifetime = this.#endLater(maxLifetimeMs, `it reached its maximum lifetime of ${maxLifetimeMs} ms`);
    this.opened = this.#open(engine, config);
  }

  get status(): LocalStatus {
    return this.#status;
  }

  /** When it first took work, epoch milliseconds. */
  get startedAtMs(): number | undefined {
    return this.#startedAtMs;
  }

  /**
   * Runs a statement.
   * @throws SessionError `conflict` while the session takes no work, `session-failed` when it has failed.
   */
  execute(request: StatementRequest, call: CallContext): Promise<StatementExecution> {
    const engine = this.#engine;
    if (engine === undefined || !STATE_MEANINGS[this.#status.state].acceptsWork) return Promise.reject(this.#refusal());
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
    return started.finally(() => {
      stop.noteStarted();
    });
  }

  /** How far a running statement is. */
  progress(statementId: string): StatementProgress | undefined {
    return this.#engine?.progress(statementId);
  }

  /**
   * Where other clients join it.
   * @throws SessionError `conflict` while the session takes no work, `session-failed` when it has failed.
   */
  get endpoint(): ConnectEndpoint {
    const endpoint = this.#engine?.endpoint;
    if (endpoint === undefined || !STATE_MEANINGS[this.#status.state].acceptsWork) throw this.#refusal();
    // The token has no end of its own: it is accepted as long as the session lives.
    return { ...endpoint, expiresAtMs: this.createdAtMs + this.maxLifetimeMs };
  }

  /** Ends the session; resolves when nothing is held any more. Ending it again waits for the same end. */
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
        // An engine may break in the moment of its opening, when there is nothing to let go of yet.
        noteBroken: (reason) => void this.opened.then(() => this.#break(reason)),
      });
    } catch (error) {
      await this.#break(formatReason(error));
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

  /** The engine is beyond use: what is left of it goes first, then the session is failed for good. */
  async #break(reason: string): Promise<void> {
    // Ended on purpose meanwhile: that is no failure.
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
    this.#callOffLifetime();
    this.#openingStop.abort();
    for (const stop of this.#running) stop.abort(new SessionError('session-failed', message, { operation: 'execute' }));
  }

  #enter(state: LocalState, reason?: string): void {
    this.#callOffIdle();
    this.#status = { state, sinceMs: this.#clock.nowMs(), ...(reason === undefined ? {} : { reason }) };
    if (state !== 'IDLE') return;
    const { idleTimeoutMs } = this.request;
    this.#callOffIdle = this.#endLater(idleTimeoutMs, `nothing ran in it for ${idleTimeoutMs} ms, its idle timeout`);
  }

  /** Ends the session after a while; such a timer does not keep the process alive. */
  #endLater(delayMs: number, reason: string): () => void {
    return this.#clock.schedule(delayMs, () => void this.end(reason), 'background');
  }

  #refusal(): SessionError {
    const { state, reason } = this.#status;
    if (state === 'OPENING') {
      return new SessionError('conflict', 'the session is still being created; wait until it is ready', {
        operation: 'execute',
      });
    }
    const hasFailed = STATE_MEANINGS[state].state === 'failed';
    const what = hasFailed ? 'the session has failed' : 'the session has ended';
    const why = reason === undefined ? '' : ` (${reason})`;
    return new SessionError(hasFailed ? 'session-failed' : 'conflict', `${what}${why}; start a new one`, {
      operation: 'execute',
    });
  }
}

/** An error's own words, without the kind that a SessionError says first. */
function formatReason(error: unknown): string {
  if (SessionError.is(error)) return error.message.slice(error.kind.length + 3);
  return error instanceof Error ? error.message : String(error);
}
