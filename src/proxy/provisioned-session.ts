import type { Clock, Logger } from '../contract/ports.ts';
import type { SessionError } from '../contract/session-error.ts';
import { raceAbort } from '../provider-kit/race-abort.ts';
import type { Session } from '../session/session.ts';
import { endedError } from '../session/session-errors.ts';
import { proxiedSession, untilProxied } from './session-proxy.ts';
import type { ProxiedSession } from './session-source.ts';

/** What becomes of the clients of a session that has ended: their calls fail, or a new session replaces it. */
export type OnLost = 'fail' | 'restart';

/** How sessions are provisioned. */
export interface ProvisionOptions {
  /**
   * Starts a session, adopts that of a key, or attaches to one.
   * @param identity - the user or client that it is for; absent where all clients share one session
   */
  readonly open: (identity: string | undefined, signal: AbortSignal) => Promise<Session>;
  /** Releases a session that has not ended; by default `session.close()`. */
  readonly release?: ((session: Session) => Promise<void>) | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** By default `fail`. */
  readonly onLost?: OnLost | undefined;
  /** How long a session without calls is kept, milliseconds; by default until `close`. */
  readonly lingerMs?: number | undefined;
  /** What the page `/status` shows about a session. */
  readonly report?: ((session: Session | undefined) => Promise<object>) | undefined;
}

/** A session that has had no call for this long is described before the next one, milliseconds: it may have ended unseen. */
const STALE_MS = 60_000;

/** What was seen of a session in the last so many milliseconds holds: a call would have reported its end within ten seconds. */
const SEEN_MS = 5_000;

/** How long the last describe of a session may take, milliseconds. */
const LAST_DESCRIBE_MS = 5_000;

/** The session of all clients, or of one: opened at the first call, let go of when no call has come for a while. */
export class ProvisionedSession {
  readonly #options: ProvisionOptions;
  readonly #identity: string | undefined;
  readonly #closing = new AbortController();
  /** The session that calls go to, from its start on. */
  #opening: Promise<Session> | undefined;
  #session: Session | undefined;
  #proxied: ProxiedSession | undefined;
  #refreshing: Promise<unknown> | undefined;
  #calls = 0;
  #lastCallMs = 0;
  #cancelLinger: () => void = () => {};

  constructor(options: ProvisionOptions, identity: string | undefined) {
    this.#options = options;
    this.#identity = identity;
  }

  /** The state of the session that calls wait for. */
  get state(): string | undefined {
    if (this.#session === undefined) return this.#opening && 'starting';
    const { state, nativeState } = this.#session.status;
    return `${state} (${nativeState})`;
  }

  /** What `/status` shows about it; `undefined` before its first call. */
  report(): Promise<object> | undefined {
    return this.#opening && this.#options.report?.(this.#session);
  }

  /** The session, started now if there is none. Resolves when its service has accepted the start. */
  open(): Promise<Session> {
    return (this.#opening ??= this.#open());
  }

  /** The session of a call, ready. `release` follows, also when this fails. @throws SessionError of the start, or why the session has ended. */
  async use(signal: AbortSignal): Promise<ProxiedSession> {
    this.#calls += 1;
    this.#cancelLinger();
    await this.#checkStale();
    if (this.#session !== undefined && hasEnded(this.#session)) this.#replace(this.#session);
    const session = await raceAbort(this.open(), signal, 'proxy');
    const proxied = (this.#proxied ??= this.#proxy(session));
    await untilProxied(session, proxied, this.#options.clock, signal);
    return proxied;
  }

  /** A call has ended. */
  release(): void {
    this.#calls -= 1;
    this.#lastCallMs = this.#options.clock.monotonicMs();
    this.#lingerIfIdle();
  }

  /** Why the session has ended, where no call has seen that; one describe at most. */
  async endedUnseen(): Promise<SessionError | undefined> {
    const { clock } = this.#options;
    const session = this.#session;
    if (session === undefined || hasEnded(session)) return undefined;
    const sinceSeenMs = clock.nowMs() - session.status.observedAtMs;
    const sinceCallMs = clock.monotonicMs() - this.#lastCallMs;
    if (Math.min(sinceSeenMs, sinceCallMs) < SEEN_MS) return undefined;
    // What the service cannot say now is no evidence.
    await session.refresh({ timeoutMs: LAST_DESCRIBE_MS }).catch(() => {});
    return hasEnded(session) ? endedError(session, 'proxy') : undefined;
  }

  #lingerIfIdle(): void {
    const { clock, lingerMs, logger } = this.#options;
    if (lingerMs === undefined || this.#calls > 0) return;
    this.#cancelLinger();
    this.#cancelLinger = clock.schedule(
      lingerMs,
      () => {
        // A session that is still being started cannot be let go of; this is called again when it has been.
        if (this.#session === undefined) return;
        const session = this.#session;
        this.#forget();
        logger.info({ session: session.handle.id, lingerMs }, 'The session has had no call and ends');
        void this.#letGo(session);
      },
      'background',
    );
  }

  /** Lets go of the session. One that is being started is left to its `Sessions`, which ends it. @throws what `release` fails with. */
  async close(): Promise<void> {
    this.#cancelLinger();
    this.#closing.abort(new Error('the proxy was closed'));
    const session = this.#forget();
    const failure = session && (await this.#letGo(session));
    if (failure instanceof Error && this.#options.release !== undefined) throw failure;
  }

  async #open(): Promise<Session> {
    try {
      this.#session = await this.#options.open(this.#identity, this.#closing.signal);
      // The calls that it was started for may have given up.
      this.#lingerIfIdle();
      return this.#session;
    } catch (error) {
      // The next call tries again.
      this.#opening = undefined;
      throw error;
    }
  }

  /** @throws SessionError why the session has ended, unless another one may replace it. */
  #replace(lost: Session): void {
    const { onLost = 'fail', logger } = this.#options;
    const error = endedError(lost, 'proxy');
    if (onLost === 'fail') throw error;
    this.#forget();
    const next = this.open().then(({ handle }) => {
      const message = `Session ${handle.id} replaces ${lost.handle.id}: temporary views and settings are gone`;
      logger.warn({ error }, message);
    });
    // A start that fails is reported to the call that waits for it.
    next.catch(() => {});
  }

  async #checkStale(): Promise<void> {
    const { clock } = this.#options;
    const session = this.#session;
    if (session !== undefined && this.#calls === 1 && clock.monotonicMs() - this.#lastCallMs >= STALE_MS) {
      // A describe that fails is no evidence: the call itself shows whether the session works.
      this.#refreshing ??= session
        .refresh()
        .catch(() => {})
        .finally(() => (this.#refreshing = undefined));
    }
    await this.#refreshing;
  }

  #proxy(session: Session): ProxiedSession {
    const isReleased = (): boolean => this.#session !== session;
    return Object.defineProperty(proxiedSession(session, this.#options), 'isReleased', { get: isReleased });
  }

  #forget(): Session | undefined {
    const session = this.#session;
    this.#session = undefined;
    this.#opening = undefined;
    this.#proxied = undefined;
    return session;
  }

  /** A session that cannot be ended stays open in its `Sessions`, whose `close` tries again and reports it. */
  async #letGo(session: Session): Promise<unknown> {
    const { release = (ended: Session) => ended.close(), logger } = this.#options;
    try {
      await (hasEnded(session) ? session.close() : release(session));
      return undefined;
    } catch (error) {
      logger.warn({ session: session.handle.id, error }, 'A session of the proxy could not be kept or ended');
      return error;
    }
  }
}

function hasEnded({ state }: Session): boolean {
  return state === 'terminated' || state === 'failed';
}
