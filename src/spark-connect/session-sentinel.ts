import type { Clock, Random } from '../contract/ports.ts';
import type { ConnectChannel } from './connect-channel.ts';

/** Servers forget a session that is not used: Sail after 15 minutes, Spark after an hour. Less silence than this is no reason to ask. */
const SILENCE_MS = 5 * 60_000;

/** What a mark is written with and read from. */
export interface SentinelSettings {
  /** @throws what the server refuses the setting with. */
  set(key: string, value: string): Promise<void>;
  /** The value, or `undefined` where it is not set. */
  get(key: string, signal: AbortSignal): Promise<string | undefined>;
}

/** What a mark is made of. */
export interface SessionSentinelParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: SentinelSettings;
}

/**
 * Tells whether the Spark session is still the one that was begun, where its server does not: Spark 3.5 and Sail open a new,
 * empty session under the same id without a word. A setting of this process' own is left in the session, and looked for
 * when the connection has broken or the session was left alone for long; between these nothing can have gone.
 * Decision 22: docs/decisions/0022-spark-session-id-comes-from-the-handle.md
 */
export class SessionSentinel {
  readonly #parts: SessionSentinelParts;
  readonly #key: string;
  #state: 'unset' | 'setting' | 'set' = 'unset';
  #heardAtMs = 0;
  #seenOn: ConnectChannel | undefined;
  #breaksSeen = 0;

  constructor(parts: SessionSentinelParts) {
    this.#parts = parts;
    this.#key = `spark.anysession.mark.${parts.random.hex(16)}`;
  }

  /** The server has answered: leaves the mark at the first time, without keeping anybody waiting. */
  heard(channel: ConnectChannel): void {
    this.#heardAtMs = this.#parts.clock.monotonicMs();
    if (this.#state !== 'unset') return;
    this.#state = 'setting';
    this.#seen(channel);
    this.#parts.settings.set(this.#key, '1').then(
      () => (this.#state = 'set'),
      // Without a mark nothing is noticed, and nothing else is lost; the next answer is another chance.
      () => (this.#state = 'unset'),
    );
  }

  /** Whether the session is still there, as far as there is reason to doubt it. */
  async isKept(channel: ConnectChannel, signal: AbortSignal): Promise<boolean> {
    if (this.#state !== 'set') return true;
    const silentMs = this.#parts.clock.monotonicMs() - this.#heardAtMs;
    const { breaks } = channel;
    if (channel === this.#seenOn && breaks === this.#breaksSeen && silentMs < SILENCE_MS) return true;
    if ((await this.#parts.settings.get(this.#key, signal)) === undefined) return false;
    this.#heardAtMs = this.#parts.clock.monotonicMs();
    this.#seen(channel, breaks);
    return true;
  }

  #seen(channel: ConnectChannel, breaks = channel.breaks): void {
    this.#seenOn = channel;
    this.#breaksSeen = breaks;
  }
}
