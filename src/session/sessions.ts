import type { SqlDialect } from '../contract/capabilities.ts';
import type { Observation } from '../contract/observation.ts';
import { isSameSession } from '../contract/session-handle.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionProvider } from '../contract/session-provider.ts';
import { abortedError } from '../provider-kit/aborted-error.ts';
import type { Prices } from '../contract/usage.ts';
import type { SparkConnectProxy } from '../contract/spark-connect-proxy.ts';
import type { SparkConnectRunner } from '../contract/spark-connect.ts';
import type { Watcher } from '../contract/watcher.ts';
import { admissionQueueOf } from './admission-queue.ts';
import { SpendGuard, type SpendLimit } from '../cost/spend-guard.ts';
import { findTarget, type AttachTarget } from './attach-target.ts';
import { CALL_CHECKS, type CallOptions } from './call-context.ts';
import { endSession } from './end-session.ts';
import { unsupported, type ProvidersWith } from './layers/capability-check.ts';
import { assertListOptions, listObservations, type ListOptions } from './listing.ts';
import { assertOptions } from './option-checks.ts';
import { Holding } from './holding.ts';
import { knownKeys } from '../ownership/known-keys.ts';
import { sessionCosts, type SessionCost } from './session-costs.ts';
import { SessionStarter, type StarterParts } from './session-starter.ts';
import type { StartedSession } from './start-claims.ts';
import { closedInQueueError, unendedError, unsentTimeoutError } from './session-errors.ts';
import { NOT_FOUND_GRACE_MS } from './session-wait.ts';
import { SESSIONS_PROXY_CHECKS, type OpenProxy, type SessionsProxyOptions } from './proxied-session.ts';
import { Session } from './session.ts';
import { placeOf, traced, type TelemetryPorts } from './traced.ts';
import type { KnownStart } from './session-wait.ts';
import type { StartTimes } from '../watch/start-times.ts';
import { omitUndefined } from '../provider-kit/omit-undefined.ts';
import { assertStartOptions, type StartOptions } from './start-options.ts';
import { Sweeping, type SweepingParts, type SweepOptions } from './sweeping.ts';
import type { SweepReport } from '../ownership/sweep-decision.ts';
import { signalWithTimeout } from '../provider-kit/signal-with-timeout.ts';
import { raceAbort } from '../provider-kit/race-abort.ts';
import { UnsentCall } from '../provider-kit/unsent-call.ts';

/** The clocks of a service and of this host may differ so much when a session's creation is compared with its start, milliseconds. */
const CLOCK_SKEW_MS = 5_000;

/** Opens a proxy that starts sessions. */
export type OpenSessionsProxy = (
  start: (options: StartOptions) => Promise<Session>,
  options: SessionsProxyOptions,
) => Promise<SparkConnectProxy>;

/** What the facade needs. */
export interface SessionsParts extends StarterParts, SweepingParts, SpendLimit, TelemetryPorts {
  /** Runs SQL over endpoints, where the provider has them. */
  readonly sparkConnect?: SparkConnectRunner | undefined;
  readonly openProxy?: OpenProxy | undefined;
  readonly openSessionsProxy?: OpenSessionsProxy | undefined;
  readonly watcher: Watcher;
  /** How long earlier starts took; absent where starts are not worth remembering. */
  readonly startTimes?: StartTimes | undefined;
  readonly providersWith: ProvidersWith;
}

/**
 * All sessions of one environment: start, attach, list and close them.
 * @typeParam Native - the type of `native` of a start; `unknown` when a config file chooses the provider
 */
export class Sessions<Native = unknown> {
  readonly #parts: SessionsParts;
  readonly #starter: SessionStarter;
  readonly #sweeping: Sweeping;
  readonly #guard: SpendGuard;
  readonly #open = new Set<Session>();
  /** Running starts with their keys, and the clean-up of aborted ones. */
  readonly #starting = new Map<Promise<void>, string | undefined>();
  /** Why aborted starts may have left sessions that nobody holds. */
  readonly #lost: SessionError[] = [];
  readonly #leaveQueue = new AbortController();
  readonly #proxies = new Set<SparkConnectProxy>();
  #closing: Promise<void> | undefined;

  /** @internal */
  constructor(parts: SessionsParts) {
    this.#parts = parts;
    this.#starter = new SessionStarter(parts);
    this.#sweeping = new Sweeping(parts);
    this.#guard = new SpendGuard(parts);
  }

  /** The environment's name in the config file. */
  get environment(): string {
    return this.#parts.environment;
  }

  /** Who pays for the sessions started here. */
  get owner(): string {
    return this.#parts.owner;
  }

  /** The provider with all layers, for calls that the facade does not offer. */
  get provider(): SessionProvider {
    return this.#parts.provider;
  }

  /** What the environment says usage costs; `undefined` where it says nothing. */
  get prices(): Prices | undefined {
    return this.#parts.prices;
  }

  /** The keys of the sessions that were started on this host, by start token. Empty when the records cannot be read. */
  knownKeys(): ReadonlyMap<string, string> {
    const { holders, provider, logger } = this.#parts;
    return holders === undefined ? new Map() : knownKeys(holders, provider, logger);
  }

  /** The SQL dialect of the sessions. */
  get dialect(): SqlDialect {
    return this.#parts.provider.capabilities.dialect;
  }

  /**
   * Starts a session. Resolves when the service has accepted the start; `sql` and `whenReady` wait until it is ready.
   * @throws SessionError `invalid-request`, `unsupported`, `quota-exceeded`, `conflict` (a key whose session has ended), `aborted`,
   * `timeout`.
   */
  async start(options: StartOptions<Native> = {}): Promise<Session> {
    const { tracer, provider } = this.#parts;
    return traced(tracer, 'anysession.session.start', placeOf(provider), async (span) => {
      const session = await this.#start(options);
      span.event('accepted', { 'anysession.session': session.handle.id, state: session.state });
      return session;
    });
  }

  async #start(options: StartOptions<Native>): Promise<Session> {
    this.#assertOpen('start');
    assertStartOptions(options);
    const { maxSpend = this.#parts.defaults.maxSpend } = options;
    this.#guard.assertCanStart(maxSpend);
    const { key, onAbort, timeoutMs = Number.POSITIVE_INFINITY } = options;
    if (options.signal?.aborted) throw abortedError('start', options.signal);
    const unsent = new UnsentCall();
    const starting = this.#starter.start(options, unsent, this.#leaveQueue.signal);
    const fate = onAbort === 'detach' ? 'is left running' : 'is terminated';
    const message = `start was not accepted within ${timeoutMs} ms; a session that appears later ${fate}`;
    const timeoutError = (): SessionError =>
      new SessionError('timeout', message, { operation: 'start', effect: 'unknown', advice: 'Raise `timeoutMs`.' });
    const limits = { signal: options.signal, timeoutMs, operation: 'start', timeoutError };
    const { signal, release } = signalWithTimeout(this.#parts.clock, limits);
    const accepted = raceAbort(starting, signal, 'start', 'unknown').finally(release);
    const start = this.#startOf(options);
    const held = accepted.then((started) => this.#hold(started, { ...options, maxSpend }, start?.(started.first)));
    this.#track(held, key);
    try {
      return await held;
    } catch (error) {
      if (!signal.aborted) throw error;
      const reason: unknown = SessionError.is(error, 'timeout') ? unsentTimeoutError(timeoutMs) : signal.reason;
      // An engine of this process starts without a request, and does not stop.
      const { outlivesProcess } = this.#parts.provider.capabilities;
      if (outlivesProcess && unsent.stop(reason)) throw abortedError('start', unsent.signal);
      this.#track(this.#cleanUpOrphan(starting, { key, onAbort }));
      throw error;
    }
  }

  /**
   * Attaches to a session that was started earlier or elsewhere. `close` leaves it running.
   * @throws SessionError `invalid-request` for a malformed handle or one of another scope, `not-found`.
   */
  async attach(target: AttachTarget, options: CallOptions = {}): Promise<Session> {
    this.#assertOpen('attach');
    assertOptions('attach', options, CALL_CHECKS);
    const found = await findTarget(this.#parts, target, options);
    this.#assertOpen('attach');
    const { holders, provider } = this.#parts;
    const token = found.details.ownership?.token;
    const forget = (): void => {
      if (token !== undefined) void holders?.forget({ token, provider: provider.id, scope: provider.scope });
    };
    return this.#add(found, Holding.attached(forget), {});
  }

  /** Lists the sessions of the provider's scope, of all owners by default. */
  list(options: ListOptions = {}): AsyncIterable<Observation> {
    this.#assertOpen('list');
    assertListOptions(options);
    return listObservations(this.#parts.provider, this.#parts.clock, options);
  }

  /**
   * Ends the sessions of the scope whose process on this host has died, and those of this owner that have outlived their lifetime.
   * Everything else is left alone. Safe to run many at once. Returns one decision per session; one that could not be ended stops nothing.
   * @throws SessionError `invalid-request`, `aborted`.
   */
  async sweep(options: SweepOptions = {}): Promise<SweepReport> {
    this.#assertOpen('sweep');
    return this.#sweeping.sweep(options);
  }

  /** @internal Sweeps in the background what dead processes of this host have left, except sessions with a key. */
  sweepOnOpen(): void {
    this.#sweeping.onOpen();
  }

  /**
   * Lists sessions with their usage and cost. Where lists have no usage, each session is described, 500 at most.
   * @throws SessionError as the list does. A session that cannot be described has an unknown cost with the reason.
   */
  costs(options: ListOptions = {}): AsyncIterable<SessionCost> {
    this.#assertOpen('costs');
    assertListOptions(options);
    return sessionCosts(this.#parts, options);
  }

  /**
   * Starts a Spark Connect server on loopback for PySpark and others. A session starts at the first call, and ends when the proxy or this
   * is closed. See {@link Session.proxy} for a session that runs.
   * @throws SessionError `invalid-request`, `unsupported`, `config-invalid` when it cannot listen.
   */
  async proxy(options: SessionsProxyOptions<Native> = {}): Promise<SparkConnectProxy> {
    this.#assertOpen('proxy');
    assertOptions('proxy', options, SESSIONS_PROXY_CHECKS);
    const { provider, openSessionsProxy, providersWith } = this.#parts;
    if (provider.endpoint === undefined || openSessionsProxy === undefined) {
      throw await unsupported('sparkConnect', provider.id, 'proxy', providersWith);
    }
    const proxy = await openSessionsProxy((start) => this.start(start as StartOptions<Native>), options);
    this.#proxies.add(proxy);
    return proxy;
  }

  /**
   * Ends the starts that wait in the queue, waits for running ones, terminates the sessions started here and detaches from the attached ones.
   * @throws SessionError when one session could not be ended, or an aborted start may have left one; AggregateError for several;
   * `conflict` when it was already closed. `await using` accepts that.
   */
  async close(): Promise<void> {
    this.#assertOpen('close');
    await this.#close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // `close` has already reported what failed. Throwing again would hide the error that left the block.
    if (this.#closing) await this.#closing.catch(() => {});
    else await this.#close();
  }

  #close(): Promise<void> {
    this.#leaveQueue.abort(closedInQueueError());
    this.#closing ??= this.#endAll();
    return this.#closing;
  }

  async #endAll(): Promise<void> {
    await Promise.all([...this.#proxies].map((proxy) => proxy.close()));
    await this.#sweeping.close();
    while (this.#starting.size > 0) await Promise.all(this.#starting.keys());
    const failures: unknown[] = [];
    const ends = [...this.#open].map(async (session) => {
      await session[Symbol.asyncDispose]().catch((error: unknown) => {
        throw unendedError(session.handle, error);
      });
    });
    for (const outcome of await Promise.allSettled(ends))
      if (outcome.status === 'rejected') failures.push(outcome.reason);
    failures.push(...this.#lost);
    await this.#parts.sparkConnect?.close();
    await this.#parts.provider.close().catch((error: unknown) => failures.push(error));
    this.#parts.holders?.close();
    if (failures.length > 1)
      throw new AggregateError(
        failures,
        `closing failed ${failures.length} times; idle timeouts end sessions that still run`,
      );
    if (failures.length > 0) throw failures[0];
  }

  /** What earlier starts say about one that begins now; a key may find a session whose start is long over. */
  #startOf(options: StartOptions): ((first: Observation) => KnownStart | undefined) | undefined {
    const { provider, startTimes, clock, defaults } = this.#parts;
    const { size, sparkConf, native } = { ...defaults, ...omitUndefined(options) };
    const history = startTimes?.of({ provider: provider.id, scope: provider.scope, size, sparkConf, native });
    if (history === undefined) return undefined;
    const nowMs = clock.nowMs();
    return ({ state, details: { createdAtMs = nowMs } }) => {
      const isNew = options.key === undefined || createdAtMs > nowMs - CLOCK_SKEW_MS;
      // From its acceptance on: loading an SDK and waiting in a queue come before it.
      const startedMs = clock.monotonicMs();
      return isNew && (state ?? 'creating') === 'creating' ? { history, startedMs } : undefined;
    };
  }

  #hold(
    { first, claim, idleTimeoutMs }: StartedSession,
    { onClose, maxSpend }: Pick<StartOptions, 'onClose' | 'maxSpend'> = {},
    start?: KnownStart,
  ): Session {
    const holding = Holding.started(this.#parts.holders, claim, onClose);
    return this.#add(first, holding, { idleTimeoutMs, start, maxSpend });
  }

  #add(
    first: Observation,
    holding: Holding,
    {
      idleTimeoutMs = 0,
      start,
      maxSpend,
    }: {
      readonly idleTimeoutMs?: number;
      readonly start?: KnownStart | undefined;
      readonly maxSpend?: number | undefined;
    },
  ): Session {
    const session = new Session({
      ...this.#parts,
      first,
      holding,
      idleTimeoutMs,
      start,
      // What was started here is metered, adopted or not.
      meter: (session) => (idleTimeoutMs > 0 ? this.#guard.watch(session, maxSpend, holding.endsOnClose) : undefined),
      onReleased: (released) => void this.#open.delete(released),
    });
    this.#open.add(session);
    const { clock, provider } = this.#parts;
    session.on('state', ({ to }) => {
      if (to === 'terminated' || to === 'failed') admissionQueueOf(clock, provider).wake();
    });
    return session;
  }

  /** Makes `close` wait for a running start. */
  #track(work: Promise<unknown>, key?: string): void {
    const settled = work.then(
      () => {},
      () => {},
    );
    this.#starting.set(settled, key);
    void settled.then(() => this.#starting.delete(settled));
  }

  /**
   * Ends the session of an aborted start when it appears, or leaves it to another holder of its key (C-111). What it cannot end
   * is held, so that `close` tries again; `close` also reports a session that may run unseen.
   */
  async #cleanUpOrphan(
    starting: Promise<StartedSession>,
    { key, onAbort }: Pick<StartOptions, 'key' | 'onAbort'>,
  ): Promise<void> {
    const { logger, clock, holders } = this.#parts;
    let started: StartedSession | undefined;
    try {
      started = await starting;
      const { first, claim, idleTimeoutMs } = started;
      let fate = 'left running';
      const holding = Holding.started(holders, claim, onAbort);
      if (onAbort === 'detach') holding.kept(clock.nowMs() + idleTimeoutMs);
      else if (holding.adopted) fate = 'left to its holder';
      else fate = await this.#endUnlessHeld(first, holding, key);
      logger.info({ session: first.handle.id }, `the session of an aborted start was ${fate}`);
    } catch (error) {
      if (started !== undefined) this.#hold(started);
      else if (SessionError.is(error) && error.effect === 'unknown' && onAbort !== 'detach') this.#lost.push(error);
      const what =
        started === undefined ? 'failed' : 'left a session that could not be terminated; closing tries again';
      logger.warn({ ...(started && { session: started.first.handle.id }), error }, `an aborted start ${what}`);
    }
  }

  /** Another caller in this process may hold the session of the key, or be starting it. */
  async #endUnlessHeld(
    first: Observation,
    holding: Holding,
    key: string | undefined,
  ): Promise<'terminated' | 'handed over'> {
    const { provider, clock } = this.#parts;
    if (key !== undefined) await Promise.all([...this.#starting.keys()].filter((s) => this.#starting.get(s) === key));
    const users = [...this.#open].filter(({ handle }) => isSameSession(handle, first.handle));
    const heir = users.find((session) => !session.isAttached);
    if (heir !== undefined) {
      heir.takeOver(holding);
      return 'handed over';
    }
    if (users.length === 0) {
      const graceUntilMs = clock.monotonicMs() + NOT_FOUND_GRACE_MS;
      await endSession({ provider, clock, handle: first.handle, state: first.state, graceUntilMs });
      holding.ended();
      return 'terminated';
    }
    // A holder that only attached would not end the session, so `close` must.
    this.#add(first, holding, {});
    return 'handed over';
  }

  #assertOpen(operation: string): void {
    if (this.#closing === undefined) return;
    throw new SessionError('conflict', `these sessions are closed; open them again to ${operation}`, {
      operation,
    });
  }
}
