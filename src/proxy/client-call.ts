import type { Metadata, ServerDuplexStream } from '@grpc/grpc-js';
import { callbackController, onAbort } from '../provider-kit/on-abort.ts';
import { RpcFailure, STATUS } from '../spark-connect/rpc-failure.ts';
import type { ProxyCounters } from './proxy-counters.ts';
import type { ProxyStatus } from './proxy-status.ts';

/** How much may wait for a client that reads slowly. Less makes its result wait for each message. */
const MAX_WAITING_BYTES = 8 * 1024 ** 2;

/** One call of a client, of raw messages. */
export class ClientCall {
  /** The method, without its service. */
  readonly method: string;
  readonly path: string;
  readonly metadata: Metadata;
  /** Aborts when the client cancels or disconnects, and at its deadline. */
  readonly signal: AbortSignal;
  sentBytes = 0;
  receivedBytes = 0;
  readonly #call: ServerDuplexStream<Uint8Array, Uint8Array>;
  readonly #counters: ProxyCounters;
  readonly #requests: AsyncIterator<Uint8Array>;
  #hasAnswered = false;
  #waitingBytes = 0;
  #onTaken: (() => void) | undefined;

  constructor(path: string, call: ServerDuplexStream<Uint8Array, Uint8Array>, counters: ProxyCounters) {
    this.#counters = counters;
    this.path = path;
    this.method = path.slice(path.lastIndexOf('/') + 1);
    this.#call = call;
    this.metadata = call.metadata;
    const gone = callbackController();
    this.signal = gone.signal;
    call.on('cancelled', () => gone.abort(new RpcFailure(STATUS.CANCELLED, 'The client ended the call.')));
    call.on('error', () => {});
    this.#requests = (call.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  }

  /** Epoch milliseconds, or infinity. */
  get deadline(): number {
    return Number(this.#call.getDeadline());
  }

  get host(): string {
    return this.#call.getHost();
  }

  get peer(): string {
    return this.#call.getPeer();
  }

  /** The next request, or `undefined` after the last one. */
  async next(): Promise<Uint8Array | undefined> {
    const next = await this.#requests.next();
    if (next.done === true) return undefined;
    this.receivedBytes += next.value.byteLength;
    this.#counters.bytesFromClients += next.value.byteLength;
    return next.value;
  }

  /** Sends an answer, and resolves when there is room for the next one. @throws RpcFailure when the client is gone. */
  write(answer: Uint8Array, headers?: Metadata): Promise<void> {
    if (!this.#hasAnswered) {
      this.#hasAnswered = true;
      if (headers !== undefined) this.#call.sendMetadata(headers);
    }
    this.#waitingBytes += answer.byteLength;
    this.#call.write(answer, () => {
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
  end({ code, details, metadata }: ProxyStatus): void {
    if (code === (STATUS.OK as number)) this.#call.end(metadata);
    else this.#call.emit('error', { code, details, ...(metadata !== undefined && { metadata }) });
  }
}
