import type * as Grpc from '@grpc/grpc-js';
import type { Socket } from 'node:net';

/** The largest plan that Spark reads. @see https://github.com/apache/spark/pull/52894 (read 2026-11-30) */
const MAX_REQUEST_BYTES = 512 * 1024 ** 2;

/** A call of raw messages. */
export type RawCall = Grpc.ServerDuplexStream<Uint8Array, Uint8Array>;

/** A gRPC server that passes every method to one handler, as raw messages. */
export class RawServer {
  readonly #server: Grpc.Server;
  readonly #injector: Grpc.ConnectionInjector;

  constructor(grpc: typeof Grpc, handle: (path: string, call: RawCall) => void) {
    this.#server = new grpc.Server({
      'grpc.max_receive_message_length': MAX_REQUEST_BYTES,
      'grpc.max_send_message_length': -1,
    });
    answerEveryMethod(this.#server, handle);
    this.#injector = this.#server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
  }

  /** Serves a connection that is open. */
  take(socket: Socket): void {
    this.#injector.injectConnection(socket);
  }

  close(): void {
    this.#injector.destroy();
    this.#server.forceShutdown();
  }
}

/** Bytes as they are. */
function same(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * gRPC for Node.js serves methods that were registered by their names, and answers others itself. A proxy must pass on the methods of
 * later versions, and the library has no option for that, so its table of handlers is replaced (1.14.7).
 */
function answerEveryMethod(server: Grpc.Server, handle: (path: string, call: RawCall) => void): void {
  const handlers = {
    get: (path: string) => ({
      func: (call: RawCall) => handle(path, call),
      serialize: same,
      deserialize: same,
      type: 'bidi',
      path,
    }),
  };
  if (!Reflect.has(server, 'handlers')) throw new Error('This version of @grpc/grpc-js has no table of handlers.');
  Reflect.set(server, 'handlers', handlers);
}
