import type { Clock, Random } from '../contract/ports.ts';
import type { ConnectChannel } from './connect-channel.ts';

/** Servers drop an unused session: Sail after 15 minutes, Spark after an hour. A shorter silence needs no check. */
const SILENCE_MS = 5 * 60_000;

/** How the sentinel is written and read. */
export interface SentinelSettings {
  /** @throws SessionError the server's error. */
  set(key: string, value: string): Promise<void>;
  /** The value, or `undefined` where it is not set. */
  get(key: string, signal: AbortSignal): Promise<string | undefined>;
}

/** What a sentinel needs. */
export interface SessionSentinelParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: SentinelSettings;
}

/**
 * Detects that a server has lost the Spark session. Spark 3.5 and Sail silently open a new, empty session under the same
 * id. The sentinel is a setting that is written to the session, and read again after the connection broke or after a long
 * silence. In between, the session cannot have changed.
 * Decision 22: docs/decisions/0022-spark-session-id-comes-from-the-handle.md
 */
export class SessionSentinel {
  readonly #parts: SessionSentinelParts;
  readonly #key: string;
  #state: 'unset' | 'setting' | 'set' = 'unset';
  #answeredAtMs = 0;
  #seenOn: ConnectChannel | undefined;
  #breaksSeen = 0;

  constructor(parts: SessionSentinelParts) {
    this.#parts = parts;
    this.#key = `spark.anysession.mark.${parts.random.hex(16)}`;
  }

  /** The server has answered. The first time, this writes the sentinel in the background. */
  answered(channel: ConnectChannel): void {
    this.#answeredAtMs = this.#parts.clock.monotonicMs();
    if (this.#state !== 'unset') return;
    this.#state = 'setting';
    this.#seen(channel);
    this.#parts.settings.set(this.#key, '1').then(
      () => (this.#state = 'set'),
      // Without a sentinel a loss goes unnoticed. The next answer tries again.
      () => (this.#state = 'unset'),
    );
  }

  /** Whether the session is still there. Asks the server only when there is a reason to doubt it. */
  async isKept(channel: ConnectChannel, signal: AbortSignal): Promise<boolean> {
    if (this.#state !== 'set') return true;
    const silentMs = this.#parts.clock.monotonicMs() - this.#answeredAtMs;
    const { breaks } = channel;
    if (channel === this.#seenOn && breaks === this.#breaksSeen && silentMs < SILENCE_MS) return true;
    if ((await this.#parts.settings.get(this.#key, signal)) === undefined) return false;
    this.#answeredAtMs = this.#parts.clock.monotonicMs();
    this.#seen(channel, breaks);
    return true;
  }

  #seen(channel: ConnectChannel, breaks = channel.breaks): void {
    this.#seenOn = channel;
    this.#breaksSeen = breaks;
  }
}
