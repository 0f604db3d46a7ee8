import type { Clock, Logger } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { ConnectEndpoint } from '../contract/session-provider.ts';

/** How long before its end a token is renewed, milliseconds; half the life of one that lives shorter than twice that. */
export const RENEWAL_MARGIN_MS = 5 * 60_000;

/** How long a token that could not be renewed is used before the next try, milliseconds. */
const RENEWAL_PAUSE_MS = 10_000;

/** What a living endpoint is made of. */
export interface LivingEndpointParts {
  /** Asks the cloud for an address with a new token. */
  readonly ask: () => Promise<ConnectEndpoint>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * A session's endpoint whose token never runs out while somebody uses it: it is renewed before it expires, once for all who wait,
 * and the old one serves until its real end when renewing fails.
 */
export class RefreshingEndpoint {
  readonly #parts: LivingEndpointParts;
  #current: ConnectEndpoint | undefined;
  #renewAtMs = Number.NEGATIVE_INFINITY;
  #renewing: Promise<ConnectEndpoint> | undefined;

  constructor(parts: LivingEndpointParts) {
    this.#parts = parts;
  }

  /**
   * An endpoint whose token is accepted now.
   * @throws SessionError what the cloud refuses a new token with, when the old one is at its end.
   */
  async get(): Promise<ConnectEndpoint> {
    const { clock, logger } = this.#parts;
    const nowMs = clock.nowMs();
    const current = this.#current;
    if (current === undefined || nowMs >= current.expiresAtMs) return this.#renew();
    if (nowMs >= this.#renewAtMs) {
      this.#renewAtMs = nowMs + RENEWAL_PAUSE_MS;
      this.#renew().catch((error: unknown) => {
        logger.warn(
          { error, expiresAtMs: current.expiresAtMs },
          'a token could not be renewed; the old one is used on',
        );
      });
    }
    return current;
  }

  /**
   * The server refused this endpoint's token: gets another one, or the one that came meanwhile.
   * @throws SessionError what the cloud refuses a new token with.
   */
  async replace(refused: ConnectEndpoint): Promise<ConnectEndpoint> {
    return this.#current === refused || this.#current === undefined ? this.#renew() : this.#current;
  }

  /**
   * Nobody answers at this endpoint: asks the cloud whether the session is still there, and where. What else keeps the cloud from
   * answering says nothing about the session.
   * @throws SessionError `session-failed` or `not-found` when it is not.
   */
  async recheck(silent: ConnectEndpoint): Promise<void> {
    try {
      await this.replace(silent);
    } catch (error) {
      if (SessionError.is(error, 'session-failed') || SessionError.is(error, 'not-found')) throw error;
    }
  }

  #renew(): Promise<ConnectEndpoint> {
    this.#renewing ??= this.#ask().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #ask(): Promise<ConnectEndpoint> {
    const { ask, clock } = this.#parts;
    const endpoint = await ask();
    const lifeMs = endpoint.expiresAtMs - clock.nowMs();
    this.#current = endpoint;
    this.#renewAtMs = endpoint.expiresAtMs - Math.min(RENEWAL_MARGIN_MS, lifeMs / 2);
    return endpoint;
  }
}
