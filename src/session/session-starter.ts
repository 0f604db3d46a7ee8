import type { Observation } from '../contract/observation.ts';
import type { Clock, Logger, Random } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { SessionDefaults } from '../contract/session-defaults.ts';
import type { SessionProvider } from '../contract/session-provider.ts';
import type { StartRequest } from '../contract/start-request.ts';
import { sleep } from '../provider-kit/sleep.ts';
import { callContext } from './call-context.ts';
import { listObservations } from './listing.ts';
import type { StartOptions } from './start-options.ts';
import { keyedToken, MAX_GENERATION, mintToken } from './start-token.ts';

/** After a lost answer the list is read at these pauses, milliseconds: lists lag behind starts. */
const LOOKUP_PAUSES_MS = [0, 1_000, 4_000];

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

/** Starts exactly one session per start, however many answers get lost and however often a key is asked for. */
export class SessionStarter {
  readonly #parts: StarterParts;

  constructor(parts: StarterParts) {
    this.#parts = parts;
  }

  /**
   * Starts the session of the options' key, or a new one. Runs to its end whatever its caller does meanwhile.
   * @throws SessionError `conflict` with the handle when the key's session has ended and `restart` was not asked for.
   */
  async start(options: StartOptions): Promise<Observation> {
    const { key, restart = false } = options;
    if (key === undefined) return this.#startOnce(this.#request(mintToken(this.#parts.random), options));
    for (let generation = 1; generation <= MAX_GENERATION; generation++) {
      const started = await this.#startOnce(this.#request(keyedToken(key, generation), options));
      const now = await this.#lookAgain(started);
      if (now.state !== 'terminated' && now.state !== 'failed') return now;
      if (!restart) throw this.#endedKeyError(key, now);
    }
    throw new SessionError(
      'conflict',
      `key '${key}' has used up its ${MAX_GENERATION} generations; choose another key`,
      {
        operation: 'start',
      },
    );
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

  async #startOnce(request: StartRequest): Promise<Observation> {
    const { provider, clock } = this.#parts;
    try {
      return await provider.start(request, callContext(clock));
    } catch (error) {
      if (!mayHaveStarted(error)) throw error;
      const found = await this.#lookUp(request.token, error.handle);
      if (found === undefined) throw error;
      return found;
    }
  }

  /** Finds the session that a start without an answer of its own made; `undefined` when there is none, or nobody can tell. */
  async #lookUp(token: string, handle: SessionHandle | undefined): Promise<Observation | undefined> {
    const { clock, logger } = this.#parts;
    const never = new AbortController().signal;
    const failures: unknown[] = [];
    for (const pauseMs of LOOKUP_PAUSES_MS) {
      await sleep(clock, pauseMs, never);
      // A look that fails is only one look.
      const found = await this.#look(token, handle).catch((error: unknown) => void failures.push(error));
      if (found !== undefined) return found;
    }
    for (const error of failures) {
      logger.warn(
        { token, error },
        'a start whose answer was lost could not be looked up; its idle timeout will end it',
      );
    }
    return undefined;
  }

  /** Looks at the session that the service named, or else through its list. */
  async #look(token: string, handle: SessionHandle | undefined): Promise<Observation | undefined> {
    const { provider, clock } = this.#parts;
    const isMeant = ({ details }: Observation): boolean => details.ownership?.token === token;
    if (handle !== undefined) {
      const seen = await provider.describe(handle, callContext(clock));
      return isMeant(seen) ? seen : undefined;
    }
    for await (const seen of listObservations(provider, clock, {})) if (isMeant(seen)) return seen;
    return undefined;
  }

  /** A repeated start may answer with what was true at the first one: a key's session is looked at before it is handed out. */
  async #lookAgain(started: Observation): Promise<Observation> {
    const { provider, clock, logger } = this.#parts;
    if (started.final) return started;
    try {
      return await provider.describe(started.handle, callContext(clock));
    } catch (error) {
      // A session that was started a moment ago may not be known everywhere yet. Whatever else is amiss with looking,
      // the session is there and must not be forgotten: whoever holds it will see.
      if (!SessionError.is(error, 'not-found'))
        logger.warn(
          { session: started.handle.id, error },
          "a key's session could not be looked at; its start is believed",
        );
      return started;
    }
  }

  #endedKeyError(key: string, ended: Observation): SessionError {
    const { handle, nativeState, reason } = ended;
    const why = reason === undefined ? '' : `: ${reason}`;
    return new SessionError(
      'conflict',
      `the session of key '${key}' has ended (${nativeState}${why}); a key names one session for ever: ` +
        'choose another key, or start with restart: true for its next generation',
      { operation: 'start', handle, observation: ended },
    );
  }
}

/**
 * Whether a start that failed may have started its session all the same: its answer was lost, or a service that knows
 * starts by name says `conflict` because an earlier attempt, or another process with the same key, was first (C-020).
 */
function mayHaveStarted(error: unknown): error is SessionError {
  return SessionError.is(error) && (error.effect === 'unknown' || error.kind === 'conflict');
}
