import type { Metadata } from '@grpc/grpc-js';
import { onAbort } from '../provider-kit/on-abort.ts';
import type { ProxyCounters } from './proxy-counters.ts';
import type { ProxyStatus } from './proxy-status.ts';
import type { RawCall } from './raw-call.ts';

/** How much may wait for a client that reads slowly. Less makes its result wait for each message. */
const MAX_WAITING_BYTES = 8 * 1024 ** 2;

/** One call of a client, of raw messages. */
export class ClientCall {
  /** The method, without its service. */
  readonly method: string;
  readonly path: string;
  sentBytes = 0;
  receivedBytes = 0;
  readonly #call: RawCall;
  readonly #counters: ProxyCounters;
  #waitingBytes = 0;
  #onTaken: (() => void) | undefined;

  constructor(path: string, call: RawCall, counters: ProxyCounters) {
    this.#counters = counters;
    this.path = path;
    this.method = path.slice(path.lastIndexOf('/') + 1);
    this.#call = call;
  }

  get metadata(): Metadata {
    return this.#call.metadata;
  }

  /** Aborts when the client cancels or disconnects, and at its deadline. */
  get signal(): AbortSignal {
    return this.#call.signal;
  }

  /** Epoch milliseconds, or infinity. */
  get deadline(): number {
    return this.#call.deadline;
  }

  get host(): string {
    return this.#call.host;
  }

  get peer(): string {
    return this.#call.peer;
  }

  /** The next request, or `undefined` after the last one. */
  async next(): Promise<Uint8Array | undefined> {
    const next = await this.#call.next();
    if (next === undefined) return undefined;
    this.receivedBytes += next.byteLength;
    this.#counters.bytesFromClients += next.byteLength;
    return next;
  }

  /** Sends an answer, and resolves when there is room for the next one. @throws RpcFailure when the client is gone. */
  write(answer: Uint8Array, headers?: Metadata): Promise<void> {
    this.#waitingBytes += answer.byteLength;
    this.#call.write(answer, headers, () => {
      this.#waitingBytes -= answer.byteLength;
      this.sentBytes += answer.byteLength;
      this.#counters.bytesToClients += answer.byteLength;
      this.#onTaken?.();
    });
    return this.#waitingBytes <= MAX_WAITING_BYTES ? Promise.resolve() : this.#untilTaken();
  }

  #untilTaken(): Promise<void> {
    return new Promise((resolve, reject) => {
      const stopListening = onAbort(this.signal, () => reject(this.signal.reason as Error));
      this.#onTaken = () => {
        if (this.#waitingBytes > MAX_WAITING_BYTES) return;
        this.#onTaken = undefined;
        stopListening();
        resolve();
      };
    });
  }

  /** Ends the call. */
  end(status: ProxyStatus): void {
    this.#call.end(status);
  }
}
