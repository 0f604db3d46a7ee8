import type { SqlDialect } from '../contract/capabilities.ts';
import type { Observation } from '../contract/observation.ts';
import { isSameSession } from '../contract/session-handle.ts';
import { SessionError } from '../contract/session-error.ts';
import { onAbort } from '../provider-kit/on-abort.ts';
import type { SessionProvider } from '../contract/session-provider.ts';
import { abortedError } from '../provider-kit/sleep.ts';
import type { SparkConnectRunner } from '../contract/spark-connect.ts';
import type { Watcher } from '../contract/watcher.ts';
import { findTarget, type AttachTarget } from './attach-target.ts';
import { CALL_CHECKS, type CallOptions } from './call-context.ts';
import { endSession } from './end-session.ts';
import type { ProvidersWith } from './layers/capability-check.ts';
import { assertListOptions, listObservations, type ListOptions } from './listing.ts';
import { assertOptions } from './option-checks.ts';
import { SessionStarter, type StarterParts } from './session-starter.ts';
import { Session } from './session.ts';
import { assertStartOptions, type StartOptions } from './start-options.ts';

/** What the facade stands on; made by the container. */
export interface SessionsParts extends StarterParts {
  readonly environment: string;
  /** Runs SQL in sessions that have an endpoint, where the provider hands them out. */
  readonly sparkConnect?: SparkConnectRunner | undefined;
  readonly watcher: Watcher;
  readonly providersWith: ProvidersWith;
}

/** All sessions of one environment: starts them, finds them, and lets none be forgotten. */
export class Sessions {
  readonly #parts: SessionsParts;
  readonly #starter: SessionStarter;
  readonly #open = new Set<Session>();
  /** Starts that are under way, with their keys, and what is done about those whose callers gave up. */
  readonly #starting = new Map<Promise<void>, string | undefined>();
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

  /** The provider with its layers, for what the facade does not have. */
  get provider(): SessionProvider {
    return this.#parts.provider;
  }

  /** The SQL that sessions speak here. */
  get dialect(): SqlDialect {
    return this.#parts.provider.capabilities.dialect;
  }

  /**
   * Starts a session and resolves when its service has accepted it; `sql` and `whenReady` wait for the rest.
   * @throws SessionError `invalid-request`, `unsupported`, `quota-exceeded`, `conflict` (a key whose session has ended), `aborted`.
   */
  async start(options: StartOptions = {}): Promise<Session> {
    this.#assertOpen('start');
    assertStartOptions(options);
    const { signal, key, onAbort } = options;
    if (signal?.aborted) throw abortedError('start', signal);
    const starting = this.#starter.start(options);
    const held = orAborted(starting, signal).then((first) => this.#hold(first, true));
    this.#track(held, key);
    try {
      return await held;
    } catch (error) {
      if (signal?.aborted) this.#track(this.#cleanUpOrphan(starting, { key, onAbort }));
      throw error;
    }
  }

  /**
   * Takes hold of a session that was started elsewhere or before; it is left running on close.
   * @throws SessionError `invalid-request` for a handle that is none or of another place, `not-found`.
   */
  async attach(target: AttachTarget, options: CallOptions = {}): Promise<Session> {
    this.#assertOpen('attach');
    assertOptions('attach', options, CALL_CHECKS);
    const found = await findTarget(this.#parts, target, options);
    this.#assertOpen('attach');
    return this.#hold(found, false);
  }

  /** The sessions of the provider's scope, whoever started them; all that the service lists unless options say less. */
  list(options: ListOptions = {}): AsyncIterable<Observation> {
    this.#assertOpen('list');
    assertListOptions(options);
    return listObservations(this.#parts.provider, this.#parts.clock, options);
  }

  /**
   * Terminates what was started here, detaches from what was attached, waits for starts that are under way.
   * @throws SessionError of the one session that could not be ended, or AggregateError of all, the first one first;
   * `conflict` when it was closed before; `await using` does not mind that.
   */
  async close(): Promise<void> {
    this.#assertOpen('close');
    await this.#close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Whoever called `close` was told what failed: told again, it would hide the error that left the block.
    if (this.#closing) await this.#closing.catch(() => {});
    else await this.#close();
  }

  #close(): Promise<void> {
    this.#closing ??= this.#endAll();
    return this.#closing;
  }

  async #endAll(): Promise<void> {
    while (this.#starting.size > 0) await Promise.all(this.#starting.keys());
    const outcomes = await Promise.allSettled([...this.#open].map((session) => session[Symbol.asyncDispose]()));
    const failures: unknown[] = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
    );
    await this.#parts.sparkConnect?.close();
    await this.#parts.provider.close().catch((error: unknown) => failures.push(error));
    if (failures.length > 1)
      throw new AggregateError(failures, `closing failed ${failures.length} times; idle timeouts end what still lives`);
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

  /** Keeps `close` from overtaking a start. */
  #track(work: Promise<unknown>, key?: string): void {
    const settled = work.then(
      () => {},
      () => {},
    );
    this.#starting.set(settled, key);
    void settled.then(() => this.#starting.delete(settled));
  }

  /** The caller of this start gave up: its session is ended when it appears, or handed over to its key (C-111). */
  async #cleanUpOrphan(
    starting: Promise<Observation>,
    { key, onAbort }: Pick<StartOptions, 'key' | 'onAbort'>,
  ): Promise<void> {
    const { logger } = this.#parts;
    try {
      const first = await starting;
      const fate = onAbort === 'detach' ? 'left running' : await this.#endUnlessHeld(first, key);
      logger.info({ session: first.handle.id }, `a session appeared after its caller gave up; it was ${fate}`);
    } catch (error) {
      const fate = 'came to nothing, or its session could not be terminated and will end by its idle timeout';
      logger.warn({ error }, `a start whose caller gave up ${fate}`);
    }
  }

  /** Somebody else here may hold the session of a key, or be about to. */
  async #endUnlessHeld(first: Observation, key: string | undefined): Promise<'terminated' | 'handed over'> {
    const { provider, clock } = this.#parts;
    if (key !== undefined) await Promise.all([...this.#starting.keys()].filter((s) => this.#starting.get(s) === key));
    const holders = [...this.#open].filter(({ handle }) => isSameSession(handle, first.handle));
    if (holders.length === 0) {
      await endSession({ provider, clock, handle: first.handle, state: first.state });
      return 'terminated';
    }
    // Whoever only attached to it will not end it: close does.
    if (!holders.some(({ owned }) => owned)) this.#hold(first, true);
    return 'handed over';
  }

  #assertOpen(operation: string): void {
    if (this.#closing === undefined) return;
    throw new SessionError('conflict', `these sessions were closed before; open them anew to ${operation}`, {
      operation,
    });
  }
}

/** Settles like the promise, or at once when the signal aborts. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const stopListening = onAbort(signal, () => {
      stopListening();
      reject(abortedError('start', signal).with({ effect: 'unknown' }));
    });
    promise.then(resolve, reject).finally(stopListening);
  });
}
