import type { Clock } from '../contract/ports.ts';
import { RpcFailure, STATUS } from '../spark-connect/rpc-failure.ts';
import type { RpcStream } from '../spark-connect/rpc-stream.ts';

/**
 * After this silence the service is asked whether the session has ended, milliseconds, so that its end is an error within ten seconds.
 * Pings of HTTP/2 would not show it: Spark closes a connection that pings more often than every five minutes, and load balancers answer
 * pings themselves.
 */
const SILENCE_MS = 4_000;

/** Watches the open calls of one session while its server sends nothing. */
export class SilenceWatch {
  readonly #clock: Clock;
  readonly #assertAlive: () => Promise<void>;
  readonly #streams = new Set<RpcStream>();
  #heardMs = 0;
  #isWaiting = false;

  /** @param assertAlive - asks the service; rejects when the session has ended */
  constructor(clock: Clock, assertAlive: () => Promise<void>) {
    this.#clock = clock;
    this.#assertAlive = assertAlive;
  }

  /** The server has answered. */
  heard(): void {
    this.#heardMs = this.#clock.monotonicMs();
  }

  /** Watches a call, which fails with UNAVAILABLE when the session has ended. Returns what stops that. */
  add(stream: RpcStream): () => void {
    if (this.#streams.size === 0) this.heard();
    this.#streams.add(stream);
    this.#wait();
    return () => void this.#streams.delete(stream);
  }

  /** One timer serves all calls, also those of later: most calls are over before it rings. */
  #wait(): void {
    if (this.#isWaiting || this.#streams.size === 0) return;
    this.#isWaiting = true;
    const restMs = SILENCE_MS - (this.#clock.monotonicMs() - this.#heardMs);
    this.#clock.schedule(Math.max(1, restMs), () => void this.#check(), 'background');
  }

  async #check(): Promise<void> {
    if (this.#streams.size > 0 && this.#clock.monotonicMs() - this.#heardMs >= SILENCE_MS) {
      await this.#assertAlive().catch(() => {
        const ended = new RpcFailure(STATUS.UNAVAILABLE, 'The session has ended.');
        for (const stream of this.#streams) stream.cancel(ended);
      });
      this.heard();
    }
    this.#isWaiting = false;
    this.#wait();
  }
}
