import type { Clock, Logger } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { ConnectEndpoint } from '../contract/session-provider.ts';

/** How long before it expires a token is refreshed, milliseconds; after half of its life if it lives less than twice that. */
export const REFRESH_MARGIN_MS = 5 * 60_000;

/** How long to use the old token after a failed refresh before the next try, milliseconds. */
const RETRY_INTERVAL_MS = 10_000;

/** What a refreshing endpoint needs. */
export interface RefreshingEndpointParts {
  /** Requests an address with a new token from the cloud. */
  readonly ask: () => Promise<ConnectEndpoint>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The endpoint of a session. Its token is refreshed before it expires, once for all who wait. If a refresh fails, the old
 * token is used until it expires.
 */
export class RefreshingEndpoint {
  readonly #parts: RefreshingEndpointParts;
  #current: ConnectEndpoint | undefined;
  #refreshAtMs = Number.NEGATIVE_INFINITY;
  #refreshing: Promise<ConnectEndpoint> | undefined;

  constructor(parts: RefreshingEndpointParts) {
    this.#parts = parts;
  }

  /** An endpoint whose token is valid now. @throws SessionError the cloud's error when the old token has expired and it gives no new one. */
  async get(): Promise<ConnectEndpoint> {
    const { clock, logger } = this.#parts;
    const nowMs = clock.nowMs();
    const current = this.#current;
    if (current === undefined || nowMs >= current.expiresAtMs) return this.#refresh();
    if (nowMs >= this.#refreshAtMs) {
      this.#refreshAtMs = nowMs + RETRY_INTERVAL_MS;
      this.#refresh().catch((error: unknown) => {
        logger.warn({ error, expiresAtMs: current.expiresAtMs }, 'A token refresh failed. The old token stays in use.');
      });
    }
    return current;
  }

  /** The server rejected this endpoint's token: requests another one, unless there is one already. @throws SessionError the cloud's error. */
  async replace(rejected: ConnectEndpoint): Promise<ConnectEndpoint> {
    return this.#current === rejected || this.#current === undefined ? this.#refresh() : this.#current;
  }

  /**
   * The server does not respond: asks the cloud whether and where the session still exists. Other errors of the cloud are
   * no evidence about the session.
   * @throws SessionError `session-failed` or `not-found` when the session is gone.
   */
  async recheck(silent: ConnectEndpoint): Promise<void> {
    try {
      await this.replace(silent);
    } catch (error) {
      if (SessionError.is(error, 'session-failed') || SessionError.is(error, 'not-found')) throw error;
    }
  }

  #refresh(): Promise<ConnectEndpoint> {
    this.#refreshing ??= this.#ask().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #ask(): Promise<ConnectEndpoint> {
    const { ask, clock } = this.#parts;
    const endpoint = await ask();
    const lifeMs = endpoint.expiresAtMs - clock.nowMs();
    this.#current = endpoint;
    this.#refreshAtMs = endpoint.expiresAtMs - Math.min(REFRESH_MARGIN_MS, lifeMs / 2);
    return endpoint;
  }
}
