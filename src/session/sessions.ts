import type { SqlDialect } from '../contract/capabilities.ts';
import type { Observation } from '../contract/observation.ts';
import { isSameSession } from '../contract/session-handle.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionProvider } from '../contract/session-provider.ts';
import { abortedError } from '../provider-kit/aborted-error.ts';
import type { SparkConnectRunner } from '../contract/spark-connect.ts';
import type { Watcher } from '../contract/watcher.ts';
import { findTarget, type AttachTarget } from './attach-target.ts';
import { CALL_CHECKS, type CallOptions } from './call-context.ts';
import { endSession } from './end-session.ts';
import type { ProvidersWith } from './layers/capability-check.ts';
import { assertListOptions, listObservations, type ListOptions } from './listing.ts';
import { assertOptions } from './option-checks.ts';
import { SessionStarter, type StarterParts } from './session-starter.ts';
import { unendedError } from './session-errors.ts';
import { NOT_FOUND_GRACE_MS } from './session-wait.ts';
import { Session } from './session.ts';
import { assertStartOptions, type StartOptions } from './start-options.ts';
import { signalWithTimeout } from '../provider-kit/signal-with-timeout.ts';
import { raceAbort } from '../provider-kit/race-abort.ts';
import { UnsentCall } from '../provider-kit/unsent-call.ts';

/** What the facade needs. */
export interface SessionsParts extends StarterParts {
  readonly environment: string;
  /** Runs SQL over endpoints, where the provider has them. */
  readonly sparkConnect?: SparkConnectRunner | undefined;
  readonly watcher: Watcher;
  readonly providersWith: ProvidersWith;
}

/**
 * All sessions of one environment: start, attach, list and close them.
 * @typeParam Native - the type of `native` of a start; `unknown` when a config file chooses the provider
 */
export class Sessions<Native = unknown> {
  readonly #parts: SessionsParts;
  readonly #starter: SessionStarter;
  readonly #open = new Set<Session>();
  /** Running starts with their keys, and the clean-up of aborted ones. */
  readonly #starting = new Map<Promise<void>, string | undefined>();
  /** Why aborted starts may have left sessions that nobody holds. */
  readonly #lost: SessionError[] = [];
  #closing: Promise<void> | undefined;

  /** @internal */
  constructor(parts: SessionsParts) {
    this.#parts = parts;
    this.#starter = new SessionStarter(parts);
  }

  /** The environment's name in the config file. */
  get environment(): string {
    return this.#parts.environment;
  }

  /** The provider with all layers, for calls that the facade does not offer. */
  get provider(): SessionProvider {
    return this.#parts.provider;
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
    this.#assertOpen('start');
    assertStartOptions(options);
    const { key, onAbort, timeoutMs = Number.POSITIVE_INFINITY } = options;
    if (options.signal?.aborted) throw abortedError('start', options.signal);
    const unsent = new UnsentCall();
    const starting = this.#starter.start(options, unsent);
    const fate = onAbort === 'detach' ? 'is left running' : 'is terminated';
    const message = `start was not accepted within ${timeoutMs} ms; a session that appears later ${fate}`;
    const timeoutError = (): SessionError =>
      new SessionError('timeout', message, { operation: 'start', effect: 'unknown', advice: 'Raise `timeoutMs`.' });
    const limits = { signal: options.signal, timeoutMs, operation: 'start', timeoutError };
    const { signal, release } = signalWithTimeout(this.#parts.clock, limits);
    const accepted = raceAbort(starting, signal, 'start', 'unknown').finally(release);
    const held = accepted.then((first) => this.#hold(first, true));
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
    return this.#hold(found, false);
  }

  /** Lists the sessions of the provider's scope, of all owners by default. */
  list(options: ListOptions = {}): AsyncIterable<Observation> {
    this.#assertOpen('list');
    assertListOptions(options);
    return listObservations(this.#parts.provider, this.#parts.clock, options);
  }

  /**
   * Waits for running starts, terminates the sessions started here and detaches from the attached ones.
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
    this.#closing ??= this.#endAll();
    return this.#closing;
  }

  async #endAll(): Promise<void> {
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
    if (failures.length > 1)
      throw new AggregateError(
        failures,
        `closing failed ${failures.length} times; idle timeouts end sessions that still run`,
      );
    if (failures.length > 0) throw failures[0];
  }

  #hold(first: Observation, owned: boolean): Session {
    const session = new Session({
      ...this.#parts,
      first,
      owned,
      onReleased: (released) => void this.#open.delete(released),
    });
    this.#open.add(session);
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
    starting: Promise<Observation>,
    { key, onAbort }: Pick<StartOptions, 'key' | 'onAbort'>,
  ): Promise<void> {
    const { logger } = this.#parts;
    let first: Observation | undefined;
    try {
      first = await starting;
      const fate = onAbort === 'detach' ? 'left running' : await this.#endUnlessHeld(first, key);
      logger.info({ session: first.handle.id }, `the session of an aborted start was ${fate}`);
    } catch (error) {
      if (first !== undefined) this.#hold(first, true);
      else if (SessionError.is(error) && error.effect === 'unknown' && onAbort !== 'detach') this.#lost.push(error);
      const what = first === undefined ? 'failed' : 'left a session that could not be terminated; closing tries again';
      logger.warn({ ...(first && { session: first.handle.id }), error }, `an aborted start ${what}`);
    }
  }

  /** Another caller in this process may hold the session of the key, or be starting it. */
  async #endUnlessHeld(first: Observation, key: string | undefined): Promise<'terminated' | 'handed over'> {
    const { provider, clock } = this.#parts;
    if (key !== undefined) await Promise.all([...this.#starting.keys()].filter((s) => this.#starting.get(s) === key));
    const holders = [...this.#open].filter(({ handle }) => isSameSession(handle, first.handle));
    if (holders.length === 0) {
      const graceUntilMs = clock.monotonicMs() + NOT_FOUND_GRACE_MS;
      await endSession({ provider, clock, handle: first.handle, state: first.state, graceUntilMs });
      return 'terminated';
    }
    // A holder that only attached would not end the session, so `close` must.
    if (!holders.some(({ owned }) => owned)) this.#hold(first, true);
    return 'handed over';
  }

  #assertOpen(operation: string): void {
    if (this.#closing === undefined) return;
    throw new SessionError('conflict', `these sessions are closed; open them again to ${operation}`, {
      operation,
    });
  }
}

/** The time of a start was up before the start request was sent. */
function unsentTimeoutError(timeoutMs: number): SessionError {
  const message = `start sent no request within ${timeoutMs} ms; no session was started`;
  return new SessionError('timeout', message, { operation: 'start', advice: 'Raise `timeoutMs`.' });
}
