import type { SqlDialect } from '../contract/capabilities.ts';
import type { Observation } from '../contract/observation.ts';
import type { Prices, SessionUsage } from '../contract/usage.ts';
import type { Clock, Logger, Random } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { ConnectEndpoint, Dashboard, SessionProvider } from '../contract/session-provider.ts';
import type { SessionState } from '../contract/session-state.ts';
import type { SparkConnection, SparkConnectRunner } from '../contract/spark-connect.ts';
import type { ProxyOptions, SparkConnectProxy } from '../contract/spark-connect-proxy.ts';
import type { CallContext } from '../contract/call-context.ts';
import type { StatementRunner } from '../contract/statement-runner.ts';
import type { Watcher } from '../contract/watcher.ts';
import type { StartEstimate } from '../watch/start-estimate.ts';
import { costOf, type Cost } from '../cost/cost.ts';
import type { MeteredSession, SpendMeter } from '../cost/spend-meter.ts';
import type { Result } from '../statement/result.ts';
import { Statement, type StatementOptions } from '../statement/statement.ts';
import { finishedCalculation, type FinishedCalculation } from './finished-calculation.ts';
import { runCalculation, type CalculationOptions } from './run-calculation.ts';
import { CALL_CHECKS, callContext, type CallOptions } from './call-context.ts';
import { endSession } from './end-session.ts';
import { sessionDisplay } from './session-display.ts';
import type { NotebookDisplay } from '../provider-kit/notebook-display.ts';
import { unsupported, type ProvidersWith } from './layers/capability-check.ts';
import type { Holding } from './holding.ts';
import { assertOptions, duration, type Checks } from './option-checks.ts';
import { OpenStatements } from './open-statements.ts';
import { PROXY_CHECKS, type OpenProxy } from './proxied-session.ts';
import { endedError, releasedError, spentError, waitTimeoutError } from './session-errors.ts';
import { inSpan, type TelemetryPorts } from './traced.ts';
import { SessionListeners, type SessionEvents } from './session-listeners.ts';
import { SessionTelemetry } from './session-telemetry.ts';
import { SessionTracker, type SessionStatus } from './session-tracker.ts';
import { NOT_FOUND_GRACE_MS, waitUntil, type KnownStart } from './session-wait.ts';
import { silentMetrics, silentTracer } from './system-ports.ts';
import { assertTerminateOptions, END_TIMEOUT_MS, type TerminateOptions } from './terminate-options.ts';

/** Default limit of {@link Session.whenReady}, milliseconds. Clouds take one to five minutes. */
export const READY_TIMEOUT_MS = 10 * 60_000;

/** Options of {@link Session.detach}. */
export interface DetachOptions {
  /** How long the session lives on without a holder before a sweep may end it, milliseconds; its idle timeout by default. */
  readonly keepForMs?: number | undefined;
}

const DETACH_CHECKS: Checks<DetachOptions> = { keepForMs: duration };

/** What a session needs; made by {@link Sessions}. */
export interface SessionParts extends TelemetryPorts {
  /** The provider with its layers. */
  readonly provider: SessionProvider;
  /** Runs SQL over the session's endpoint when the provider does not run SQL itself. */
  readonly sparkConnect?: SparkConnectRunner | undefined;
  /** Opens a proxy to the session. */
  readonly openProxy?: OpenProxy | undefined;
  readonly watcher: Watcher;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly providersWith: ProvidersWith;
  readonly first: Observation;
  /** How this process stands to it. */
  readonly holding: Holding;
  /** The idle timeout that the start asked for, milliseconds; 0 when this process attached to it. */
  readonly idleTimeoutMs: number;
  /** What earlier starts say about this one; absent for a session whose start is over. */
  readonly start?: KnownStart | undefined;
  readonly prices?: Prices | undefined;
  /** Starts metering its cost, where it has a limit. */
  readonly meter?: ((session: MeteredSession) => SpendMeter | undefined) | undefined;
  /** Called once when this process closes or detaches the session. */
  readonly onReleased: (session: Session) => void;
}

/** One session of one cloud: describe it, wait for it, run SQL in it, end it. */
export class Session {
  readonly handle: SessionHandle;
  readonly #parts: SessionParts;
  readonly #tracker: SessionTracker;
  readonly #listeners: SessionListeners;
  readonly #telemetry: SessionTelemetry;
  readonly #meter: SpendMeter | undefined;
  readonly #graceUntilMs: number;
  readonly #statements = new OpenStatements();
  readonly #proxies = new Set<SparkConnectProxy>();
  #released: 'closed' | 'detached' | undefined;
  #closing: Promise<void> | undefined;
  /** Why this process ends the session without being asked. */
  #endCause: string | undefined;

  /** @internal */
  constructor(parts: SessionParts) {
    const { first, provider, clock, logger } = parts;
    this.#parts = parts;
    this.handle = Object.freeze({ ...first.handle });
    this.#listeners = new SessionListeners(logger);
    this.#graceUntilMs = clock.monotonicMs() + (parts.idleTimeoutMs > 0 ? NOT_FOUND_GRACE_MS : 0);
    this.#tracker = new SessionTracker(first, {
      reportsBusy: provider.capabilities.reportsBusy,
      logger,
      onChange: (change) => {
        this.#telemetry.changed(change);
        this.#listeners.emit('state', this.handle.id, { ...change, status: this.#withCause(change.status) });
      },
      onSeen: (seen) => {
        this.#meter?.observe(seen);
        this.#telemetry.seen(seen);
      },
    });
    const { tracer = silentTracer, metrics = silentMetrics, holding } = parts;
    const owned = holding.endsOnClose;
    const { handle, status } = this;
    this.#telemetry = new SessionTelemetry({ provider, handle, clock, tracer, metrics, owned }, status);
    this.#meter = parts.meter?.(this.#metered());
    this.#meter?.observe(first);
  }

  /** Whether `close` terminates it. An adopted session that is inherited from a dead holder becomes owned. */
  get owned(): boolean {
    return this.#parts.holding.endsOnClose;
  }

  /** Whether `start` found it with a living holder on this host: `close` then detaches from it. */
  get adopted(): boolean {
    return this.#parts.holding.adopted;
  }

  /** Whether an earlier process started the session of the key, and this one holds it now. */
  get inherited(): boolean {
    return this.#parts.holding.inherited;
  }

  /** The last known state. `refresh` asks the service. */
  get state(): SessionState {
    return this.status.state;
  }

  /** The last known state with its evidence. */
  get status(): SessionStatus {
    return this.#withCause(this.#tracker.status);
  }

  /**
   * How long the start usually takes and has taken so far, by earlier starts of the same configuration on this host;
   * `undefined` once it is over, and while too few starts are known.
   */
  get estimate(): StartEstimate | undefined {
    const { start, clock } = this.#parts;
    if (start === undefined || this.state !== 'creating') return undefined;
    return start.history.estimate(clock.monotonicMs() - start.startedMs);
  }

  /** The SQL dialect of `sql`. */
  get dialect(): SqlDialect {
    return this.#parts.provider.capabilities.dialect;
  }

  /** Calls the listener at each event of that name. Returns a function that removes it. */
  on<Event extends keyof SessionEvents>(event: Event, listener: (value: SessionEvents[Event]) => void): () => void {
    return this.#listeners.add(event, listener);
  }

  /**
   * Asks the service for the session's state, with one call. A session that no longer exists is `terminated`, not an error.
   * @throws SessionError of the kind that the provider's describe fails with.
   */
  async refresh(options: CallOptions = {}): Promise<SessionStatus> {
    this.#assertHeld('refresh');
    assertOptions('refresh', options, CALL_CHECKS);
    const { provider, clock } = this.#parts;
    try {
      this.#tracker.observe(await provider.describe(this.handle, callContext(clock, options)));
    } catch (error) {
      if (!SessionError.is(error, 'not-found')) throw error;
      if (clock.monotonicMs() >= this.#graceUntilMs) this.#tracker.observeGone(clock.nowMs());
    }
    return this.status;
  }

  /**
   * Waits until the session takes work, for {@link READY_TIMEOUT_MS} by default. After a timeout the session keeps running.
   * @throws SessionError `session-failed` when it ends before, `timeout`, `aborted`.
   */
  async whenReady(options: CallOptions = {}): Promise<SessionStatus> {
    this.#assertHeld('whenReady');
    assertOptions('whenReady', options, CALL_CHECKS);
    const { signal, timeoutMs = READY_TIMEOUT_MS } = options;
    this.#assertUnspent('whenReady');
    await this.#until('whenReady', (status) => status.acceptsWork || hasEnded(status), { signal, timeoutMs });
    this.#assertUnspent('whenReady');
    const { status } = this;
    if (hasEnded(status)) throw endedError(this, 'whenReady');
    return status;
  }

  /**
   * Runs one statement when the session is ready. Resolves when the columns of the result are known.
   * @throws SessionError `unsupported`, `session-failed` when the session has ended, `conflict` when it was closed or detached,
   * and every kind that the statement fails with.
   */
  async sql(text: string, options: StatementOptions = {}): Promise<Result> {
    return this.#submit('sql', text, options).result();
  }

  /** Submits one statement and returns at once, so that you can follow or cancel it. Its result fails as {@link sql} does. */
  submit(text: string, options: StatementOptions = {}): Statement {
    return this.#submit('submit', text, options);
  }

  /**
   * Runs a block of code through the service's own API when the session is ready. Resolves when it has succeeded.
   * An abort or a timeout stops it in the service. `text('stdout')` of the answer reads what the code printed.
   * @throws SessionError `unsupported`, `invalid-request` when the code fails, `aborted`, `timeout`, `session-failed`.
   */
  async calculate(code: string, options: CalculationOptions = {}): Promise<FinishedCalculation> {
    this.#assertHeld('calculate');
    const { provider, clock, random, providersWith } = this.#parts;
    const { calculations: runner, capabilities } = provider;
    if (runner === undefined) throw await unsupported('calculations', provider.id, 'calculate', providersWith);
    const whenReady = async (signal: AbortSignal): Promise<void> => {
      await this.whenReady({ signal });
    };
    const endWork = this.#tracker.beginWork();
    try {
      const { watchIntervalMs } = capabilities;
      const { closing } = this.#statements;
      const at = { handle: this.handle, runner, clock, random, whenReady, watchIntervalMs, closing };
      const seen = await this.#telemetry.traced('calculate', () => runCalculation(at, code, options));
      return finishedCalculation(at, seen);
    } finally {
      endWork();
    }
  }

  /**
   * The address at which another Spark Connect client joins this session, once it is ready. PySpark takes the `url`.
   * The address is a secret and expires at `expiresAtMs`.
   * @throws SessionError `unsupported`, `session-failed` when the session has ended, `timeout`, `aborted`, and the kinds that the
   * service refuses an endpoint with.
   */
  async connect(options: CallOptions = {}): Promise<SparkConnection> {
    this.#assertHeld('connect');
    assertOptions('connect', options, CALL_CHECKS);
    const { provider, sparkConnect, providersWith, clock } = this.#parts;
    return this.#telemetry.traced('connect', async () => {
      if (sparkConnect === undefined) throw await unsupported('sparkConnect', provider.id, 'connect', providersWith);
      const call = callContext(clock, options);
      await this.whenReady(options);
      return sparkConnect.connect(this.handle, call);
    });
  }

  /**
   * Starts a Spark Connect server on loopback through which PySpark and others use this session, once it is ready. It renews
   * tokens, and continues results that broke. It ends when you close it, and with this session; closing it ends nothing else.
   * @throws SessionError `invalid-request`, `unsupported`, `config-invalid` when it cannot listen.
   */
  async proxy(options: ProxyOptions = {}): Promise<SparkConnectProxy> {
    this.#assertHeld('proxy');
    assertOptions('proxy', options, PROXY_CHECKS);
    const { provider, openProxy, providersWith } = this.#parts;
    if (provider.endpoint === undefined || openProxy === undefined) {
      throw await unsupported('sparkConnect', provider.id, 'proxy', providersWith);
    }
    const proxy = await openProxy(this, options);
    this.#proxies.add(proxy);
    return proxy;
  }

  /** @internal */
  async endpoint(call: CallContext): Promise<ConnectEndpoint> {
    const { provider, providersWith } = this.#parts;
    if (provider.endpoint === undefined) throw await unsupported('sparkConnect', provider.id, 'proxy', providersWith);
    return provider.endpoint(this.handle, call);
  }

  /**
   * A link to the service's web page about this session. The URL may contain a token; open it soon.
   * @throws SessionError `unsupported` where the provider has no such page, and the kinds that the service refuses it with.
   */
  async dashboard(options: CallOptions = {}): Promise<Dashboard> {
    this.#assertHeld('dashboard');
    assertOptions('dashboard', options, CALL_CHECKS);
    const { provider, providersWith, clock } = this.#parts;
    if (provider.dashboard === undefined) throw await unsupported('dashboard', provider.id, 'dashboard', providersWith);
    return provider.dashboard(this.handle, callContext(clock, options));
  }

  /**
   * What this session has used so far, with one call: hours per resource, with their basis and source. {@link cost} is the money.
   * `undefined` when the service reports no usage, or none yet.
   * @throws SessionError as {@link refresh} does.
   */
  async usage(options: CallOptions = {}): Promise<SessionUsage | undefined> {
    return (await this.refresh(options)).details.usage;
  }

  /**
   * What this session has cost so far by the `prices` of the configuration, with one call; or why that is unknown.
   * @throws SessionError as {@link refresh} does.
   */
  async cost(options: CallOptions = {}): Promise<Cost> {
    const { prices, clock } = this.#parts;
    return costOf(await this.refresh(options), prices, clock.nowMs());
  }

  /**
   * Ends the session in its cloud. Ending an ended session succeeds.
   * @throws SessionError `timeout` and `aborted`; the session may then still run or end.
   */
  async terminate(options: TerminateOptions = {}): Promise<SessionStatus> {
    this.#assertHeld('terminate');
    assertTerminateOptions(options);
    const { signal, timeoutMs = END_TIMEOUT_MS, wait = false } = options;
    const { clock } = this.#parts;
    const startedMs = clock.monotonicMs();
    await this.#terminate(options);
    if (wait) {
      const leftMs = Math.max(0, startedMs + timeoutMs - clock.monotonicMs());
      await this.#until('terminate', (status) => status.final, { signal, timeoutMs: leftMs });
    }
    return this.status;
  }

  /**
   * Releases the session without ending it. It runs in its cloud until its idle timeout. Keep the handle to attach again.
   * A sweep leaves it alone for `keepForMs`.
   * @throws SessionError `invalid-request`, `conflict` when it was already closed or detached.
   */
  detach(options: DetachOptions = {}): SessionHandle {
    this.#assertHeld('detach');
    assertOptions('detach', options, DETACH_CHECKS);
    this.#detach(options);
    return this.handle;
  }

  /** @internal Takes what an aborted start of the same session held. */
  takeOver(holding: Holding): void {
    holding.handOver(this.#parts.holding);
  }

  /** @internal */
  get isAttached(): boolean {
    return this.#parts.idleTimeoutMs === 0;
  }

  /**
   * Terminates the session if it was started here, otherwise detaches from it.
   * Decision 2: docs/decisions/0002-second-close-is-a-conflict.md
   * @throws SessionError `conflict` when it was already closed or detached. `await using` accepts that.
   */
  async close(): Promise<void> {
    this.#assertHeld('close');
    if (this.#closing) throw releasedError(this, 'close', 'closed');
    await this.#close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#released === undefined) await this.#close();
  }

  /** The handle as plain JSON, for `JSON.stringify(session)`. */
  toJSON(): SessionHandle {
    return this.handle;
  }

  /** What a notebook shows of it: the last known state, age and usage, and how to end it. */
  [Symbol.for('Jupyter.display')](): NotebookDisplay {
    return sessionDisplay(this, this.#parts.clock.nowMs());
  }

  #submit(operation: string, text: string, options: StatementOptions): Statement {
    this.#assertHeld(operation);
    const { clock, random, logger } = this.#parts;
    const span = this.#telemetry.statement();
    const whenReady = (signal: AbortSignal): Promise<StatementRunner> => this.#readyRunner(operation, signal);
    const ports = { handle: this.handle, clock, random, logger, span, whenReady };
    const statement = inSpan(span, () => Statement.submit(ports, text, options));
    this.#statements.add(statement, this.#tracker.beginWork());
    return statement;
  }

  async #readyRunner(operation: string, signal: AbortSignal): Promise<StatementRunner> {
    const { provider, sparkConnect, providersWith } = this.#parts;
    const runner = provider.statements ?? sparkConnect;
    if (runner === undefined) throw await unsupported('sql', provider.id, operation, providersWith);
    await this.whenReady({ signal });
    return runner;
  }

  async #terminate(options: CallOptions): Promise<void> {
    const { status, handle } = this;
    const { isPresumedGone } = this.#tracker;
    if (status.final && !isPresumedGone) {
      this.#parts.holding.ended();
      return;
    }
    const { provider, clock } = this.#parts;
    const session = { provider, clock, handle, state: status.state, graceUntilMs: this.#graceUntilMs };
    const seen = await this.#telemetry.traced('terminate', () => endSession(session, options));
    if (isPresumedGone && seen.final) this.#tracker.confirmGone();
    else this.#tracker.observe(seen);
    this.#parts.holding.ended();
    this.#statements.cancelAll();
  }

  #close(): Promise<void> {
    this.#closing ??= this.#terminateOrDetach().finally(() => {
      this.#closing = undefined;
    });
    return this.#closing;
  }

  async #terminateOrDetach(): Promise<void> {
    if (!this.status.final) await this.#parts.holding.reclaim(this.handle.id);
    if (!this.owned) {
      this.#detach({}, 'closed');
      return;
    }
    await this.#terminate({});
    this.#release('closed');
  }

  #detach({ keepForMs = this.#parts.idleTimeoutMs }: DetachOptions, how: 'closed' | 'detached' = 'detached'): void {
    const { holding, clock } = this.#parts;
    if (this.status.final) holding.ended();
    else holding.kept(clock.nowMs() + keepForMs);
    this.#release(how);
  }

  async #until(
    operation: string,
    fits: (status: SessionStatus) => boolean,
    { signal, timeoutMs }: { signal: AbortSignal | undefined; timeoutMs: number },
  ): Promise<void> {
    const { watcher, clock, start } = this.#parts;
    const graceUntilMs = this.#graceUntilMs;
    const session = { handle: this.handle, tracker: this.#tracker, watcher, clock, graceUntilMs, start };
    const timeoutError = (failedPoll?: SessionError): SessionError =>
      waitTimeoutError(this, operation, { timeoutMs, failedPoll });
    // A session that is ready already takes no time, and needs no span for it.
    if (fits(this.status)) return;
    const limits = { operation, signal, timeoutMs, timeoutError };
    await this.#telemetry.tracedWait(operation, () => waitUntil(session, fits, limits));
  }

  #release(how: 'closed' | 'detached'): void {
    this.#released = how;
    this.#meter?.stop();
    this.#telemetry.released();
    this.#statements.cancelAll();
    for (const proxy of this.#proxies) void proxy.close();
    void this.#releaseChannel();
    this.#parts.onReleased(this);
  }

  /** Waits for the statements first: they are cancelled over the channel. */
  async #releaseChannel(): Promise<void> {
    await this.#statements.allEnded();
    await this.#parts.sparkConnect?.release(this.handle);
  }

  #metered(): MeteredSession {
    return {
      handle: this.handle,
      status: () => this.status,
      refresh: () => this.refresh(),
      warn: (warning) => {
        this.#listeners.emit('spend', this.handle.id, warning);
      },
      end: async (cause) => {
        this.#endCause = cause;
        await this.#terminate({});
      },
    };
  }

  /** The status, with our own reason where this process ended the session. */
  #withCause(status: SessionStatus): SessionStatus {
    if (this.#endCause === undefined || !hasEnded(status)) return status;
    return { ...status, reason: `anysession ended it because ${this.#endCause}` };
  }

  /** A session that is being ended takes no more work, although its service may not say so yet. */
  #assertUnspent(operation: string): void {
    if (this.#endCause !== undefined) throw spentError(this, operation, this.#endCause);
  }

  #assertHeld(operation: string): void {
    if (this.#released !== undefined) throw releasedError(this, operation, this.#released);
  }
}

function hasEnded({ state }: SessionStatus): boolean {
  return state === 'terminated' || state === 'failed';
}
