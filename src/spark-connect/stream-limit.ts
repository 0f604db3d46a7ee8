import type { Clock, Random } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import { sleep } from '../provider-kit/sleep.ts';
import { pauseMs } from './retry-policy.ts';

/** How many short streams in a row may end without progress. With the pauses between them that takes a minute. */
const EMPTY_STREAM_LIMIT = 9;
/** Servers end a stream after two minutes, with or without an answer. One that lasted this long is no failure, milliseconds. */
const SHORT_STREAM_MS = 10_000;

/** Limits the streams of one operation: a server may end every stream at once. */
export class StreamLimit {
  readonly #clock: Clock;
  readonly #random: Random;
  #openedAtMs = 0;
  #emptyStreams = 0;

  constructor({ clock, random }: { readonly clock: Clock; readonly random: Random }) {
    this.#clock = clock;
    this.#random = random;
  }

  opened(): void {
    this.#openedAtMs = this.#clock.monotonicMs();
  }

  progressed(): void {
    this.#emptyStreams = 0;
  }

  /** Pauses before the next stream. @throws SessionError after too many short streams without progress. */
  async ended(address: string, signal: AbortSignal): Promise<void> {
    if (this.#clock.monotonicMs() - this.#openedAtMs >= SHORT_STREAM_MS) return;
    this.#emptyStreams += 1;
    if (this.#emptyStreams > EMPTY_STREAM_LIMIT) {
      throw new SessionError(
        'unavailable',
        `The server at ${address} ended ${EMPTY_STREAM_LIMIT} streams of one statement without progress. Check that a Spark Connect server runs there.`,
        { operation: 'execute', effect: 'unknown' },
      );
    }
    await sleep(this.#clock, pauseMs(this.#emptyStreams, this.#random), signal);
  }
}
