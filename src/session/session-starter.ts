import type { Observation } from '../contract/observation.ts';
import type { Clock, Logger, Random } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { SessionDefaults } from '../contract/session-defaults.ts';
import type { SessionProvider } from '../contract/session-provider.ts';
import type { StartRequest } from '../contract/start-request.ts';
import { signalWithTimeout } from '../provider-kit/signal-with-timeout.ts';
import { sleep } from '../provider-kit/sleep.ts';
import type { UnsentCall } from '../provider-kit/unsent-call.ts';
import { callContext } from './call-context.ts';
import { endSession } from './end-session.ts';
import { listObservations } from './listing.ts';
import { lostStartError } from './session-errors.ts';
import type { StartOptions } from './start-options.ts';
import { keyedToken, MAX_GENERATION, mintToken } from './start-token.ts';

/** After a lost answer the list is read at these intervals, milliseconds: lists lag behind starts. */
const LOOKUP_PAUSES_MS = [0, 1_000, 4_000];
/** How long all of this may take, milliseconds: a service that does not answer the start may answer nothing. */
const LOOKUP_TIMEOUT_MS = 20_000;

/** What a starter needs. */
export interface StarterParts {
  /** The provider with its layers. */
  readonly provider: SessionProvider;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly owner: string;
  readonly defaults: SessionDefaults;
}

/**
 * Starts exactly one session per start or key, even when answers are lost or the start is repeated.
 * Decision 5: docs/decisions/0005-a-start-runs-to-its-end.md
 */
export class SessionStarter {
  readonly #parts: StarterParts;

  constructor(parts: StarterParts) {
    this.#parts = parts;
  }

  /**
   * Starts the session of `options.key`, or a new one. An abort by the caller does not interrupt it; `unsent` stops it while
   * nothing was sent.
   * A session of the key that has failed but is still billed is returned, or terminated and replaced with `restart`.
   * @throws SessionError `conflict` with the handle when the key's session has ended and `restart` was not asked for.
   */
  async start(options: StartOptions, unsent: UnsentCall): Promise<Observation> {
    const { key, restart = false } = options;
    const startOnce = (token: string): Promise<Observation> =>
      this.#startOnce(this.#request(token, options), { key, unsent });
    if (key === undefined) return startOnce(mintToken(this.#parts.random));
    for (let generation = 1; generation <= MAX_GENERATION; generation++) {
      const started = await startOnce(keyedToken(key, generation));
      const now = await this.#describeStarted(started);
      if (!now.final && now.state !== 'terminated') {
        // A degraded session is still billed: this start must return it, so that it is held, or end it.
        if (now.state !== 'failed' || !restart || !(await this.#end(now))) return now;
      } else if (!restart) throw this.#endedKeyError(key, now);
    }
    throw new SessionError('conflict', `key '${key}' was restarted ${MAX_GENERATION} times; use another key`, {
      operation: 'start',
    });
  }

  #request(token: string, options: StartOptions): StartRequest {
    const { provider, owner, defaults } = this.#parts;
    const maxLifetimeMs = options.maxLifetimeMs ?? defaults.maxLifetimeMs;
    const size = options.size ?? defaults.size;
    const sparkConf = options.sparkConf ?? defaults.sparkConf;
    return {
      token,
      owner,
      idleTimeoutMs: options.idleTimeoutMs ?? defaults.idleTimeoutMs ?? provider.capabilities.idleTimeoutMs.default,
      labels: { ...defaults.labels, ...options.labels },
      ...(options.name !== undefined && { name: options.name }),
      ...(maxLifetimeMs !== undefined && { maxLifetimeMs }),
      ...(size !== undefined && { size }),
      ...(sparkConf !== undefined && { sparkConf }),
      ...(options.native !== undefined && { native: options.native }),
    };
  }

  async #startOnce(
    request: StartRequest,
    { key, unsent }: { readonly key: string | undefined; readonly unsent: UnsentCall },
  ): Promise<Observation> {
    const { provider, clock } = this.#parts;
    const { token } = request;
    try {
      return await provider.start(request, callContext(clock, { signal: unsent.signal }));
    } catch (error) {
      if (!mayHaveStarted(error)) throw error;
      const failures: unknown[] = [];
      const found = await this.#findStarted(token, error.handle, failures);
      if (found !== undefined) return found;
      if (error.effect === 'none') throw error;
      throw lostStartError(error, { token, key, failedSearch: failures.at(-1) });
    }
  }

  /** Finds the session of a start whose answer was lost; `undefined` when there is none or the searches failed. */
  async #findStarted(
    token: string,
    handle: SessionHandle | undefined,
    failures: unknown[],
  ): Promise<Observation | undefined> {
    const { clock, logger } = this.#parts;
    const limit = signalWithTimeout(clock, {
      operation: 'start',
      timeoutMs: LOOKUP_TIMEOUT_MS,
      timeoutError: lookupError,
    });
    try {
      for (const pauseMs of LOOKUP_PAUSES_MS) {
        if (limit.signal.aborted) break;
        const found = await sleep(clock, pauseMs, limit.signal)
          .then(() => this.#searchOnce(token, handle, limit.signal))
          .catch((error: unknown) => void failures.push(error));
        if (found !== undefined) return found;
      }
    } finally {
      limit.release();
    }
    for (const error of failures) {
      logger.warn(
        { token, error },
        'the answer of a start was lost and its session could not be found; if one exists, its idle timeout ends it',
      );
    }
    return undefined;
  }

  /** Describes the session that the service named, or searches the list. */
  async #searchOnce(
    token: string,
    handle: SessionHandle | undefined,
    signal: AbortSignal,
  ): Promise<Observation | undefined> {
    const { provider, clock } = this.#parts;
    const isMeant = ({ details }: Observation): boolean => details.ownership?.token === token;
    if (handle !== undefined) {
      const seen = await provider.describe(handle, callContext(clock, { signal }));
      return isMeant(seen) ? seen : undefined;
    }
    for await (const seen of listObservations(provider, clock, { signal })) if (isMeant(seen)) return seen;
    return undefined;
  }

  /** A repeated start may answer with the state at the first start, so the session of a key is described before it is returned. */
  async #describeStarted(started: Observation): Promise<Observation> {
    const { provider, clock, logger } = this.#parts;
    if (started.final) return started;
    try {
      return await provider.describe(started.handle, callContext(clock));
    } catch (error) {
      // Lookups may lag behind the start. After any other failure the session must still be returned, or nobody would end it.
      if (!SessionError.is(error, 'not-found'))
        logger.warn(
          { session: started.handle.id, error },
          'describing the session of a key failed; using the answer of its start',
        );
      return started;
    }
  }

  /** Terminates a degraded session before the next generation starts. Returns false if that failed. */
  async #end({ handle, state }: Observation): Promise<boolean> {
    const { provider, clock, logger } = this.#parts;
    try {
      await endSession({ provider, clock, handle, state, graceUntilMs: clock.monotonicMs() });
      return true;
    } catch (error) {
      logger.warn(
        { session: handle.id, error },
        'terminating a failed session before its restart failed; returning it',
      );
      return false;
    }
  }

  #endedKeyError(key: string, ended: Observation): SessionError {
    const { handle, nativeState, reason } = ended;
    const why = reason === undefined ? '' : `: ${reason}`;
    return new SessionError('conflict', `the session with key '${key}' has ended (${nativeState}${why})`, {
      operation: 'start',
      handle,
      observation: ended,
      advice: 'Use another key, or `restart: true` to start a new one.',
    });
  }
}

/**
 * Whether a failed start may have started a session: its answer was lost, or a service that identifies starts by name
 * answers `conflict` because an earlier attempt, or another process with the same key, came first (C-020).
 */
function mayHaveStarted(error: unknown): error is SessionError {
  return SessionError.is(error) && (error.effect === 'unknown' || error.kind === 'conflict');
}

function lookupError(): SessionError {
  const message = `listing the sessions took longer than ${LOOKUP_TIMEOUT_MS} ms`;
  return new SessionError('timeout', message, { operation: 'start', advice: 'Check that the service answers.' });
}
