import type * as grpcModule from '@grpc/grpc-js';
import type { Client } from '@grpc/grpc-js';
import { SERVICE_PATH, type ConnectEngine, type EngineCall } from './connect-engine.ts';

/**
 * Room for Spark's batches of up to 128 MiB. What is under way is lost with a stream that is cut, as on the clouds' gateways, and Spark repeats
 * no more than 10 MiB.
 */
const CHANNEL_OPTIONS = {
  'grpc-node.flow_control_window': 1024 * 1024,
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
  'grpc.enable_retries': 0,
  'grpc.enable_http_proxy': 0,
};

/** Where calls go. */
export interface PassThroughTarget {
  /** `host:port`. */
  readonly address: string;
  /** Sent with every call. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Passes calls to a Spark Connect server and its answers back, without parsing them. */
export class PassThrough implements ConnectEngine {
  readonly #grpc: typeof grpcModule;
  readonly #client: Client;
  readonly #metadata: Readonly<Record<string, string>>;

  private constructor(grpc: typeof grpcModule, { address, metadata }: PassThroughTarget) {
    this.#grpc = grpc;
    this.#client = new grpc.Client(address, grpc.credentials.createInsecure(), CHANNEL_OPTIONS);
    this.#metadata = metadata;
  }

  static async to(target: PassThroughTarget): Promise<PassThrough> {
    return new PassThrough(await import('@grpc/grpc-js'), target);
  }

  async *answer({ method, requests, metadata, signal }: EngineCall): AsyncGenerator<Uint8Array, void, undefined> {
    const forwarded = new this.#grpc.Metadata();
    for (const [key, value] of Object.entries({ ...metadata, ...this.#metadata })) forwarded.set(key, value);
    const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const path = `${SERVICE_PATH}${method}`;
    const call = this.#client.makeBidiStreamRequest<Uint8Array, Uint8Array>(
      path,
      asBuffer,
      (bytes) => bytes,
      forwarded,
    );
    const cancel = (): void => {
      call.cancel();
    };
    signal.addEventListener('abort', cancel, { once: true });
    // A failure of the call is thrown where its answers are read.
    call.on('error', () => {});
    const sent = send(requests, call);
    try {
      yield* call as AsyncIterable<Uint8Array>;
      await sent;
    } finally {
      signal.removeEventListener('abort', cancel);
      cancel();
    }
  }

  async close(): Promise<void> {
    this.#client.close();
  }
}

async function send(requests: AsyncIterable<Uint8Array>, call: grpcModule.ClientDuplexStream<Uint8Array, Uint8Array>) {
  try {
    for await (const request of requests) call.write(request);
    call.end();
  } catch {
    // The caller disconnected in the middle of its request.
    call.cancel();
  }
}
