import type * as Grpc from '@grpc/grpc-js';
import {
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import { RawCall } from './raw-call.ts';

/**
 * The most metadata of a call. A call with more ends with RESOURCE_EXHAUSTED. Without the limit Node takes more up to some point, and
 * ends the whole connection above it; clients then repeat the call until its deadline.
 */
const MAX_METADATA_BYTES = 64 * 1024;

/** Status of HTTP for a request that is not gRPC. */
const NOT_GRPC = 415;

/**
 * A gRPC server that passes every method to one handler, as raw messages. gRPC for Node.js serves methods by their names only, and
 * copies each answer: a third of the processor time of a large result (1.14.7, measured 2026-11-30).
 * @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md (read 2026-11-30)
 */
export class RawServer {
  readonly #server: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();

  constructor(
    { Metadata }: Pick<typeof Grpc, 'Metadata'>,
    handle: (path: string, call: RawCall) => void,
    unusedConnectionMs: number,
  ) {
    // Node ends connections above these limits without saying why. What waits for a client is limited for each call.
    this.#server = createServer({
      maxSessionMemory: Number.MAX_SAFE_INTEGER,
      maxSendHeaderBlockLength: Number.MAX_SAFE_INTEGER,
      settings: { enablePush: false, maxHeaderListSize: MAX_METADATA_BYTES },
    });
    this.#server.on('session', (session) => {
      this.#sessions.add(session);
      const unused = setTimeout(() => session.close(), unusedConnectionMs).unref();
      session.once('stream', () => clearTimeout(unused));
      session.once('close', () => {
        clearTimeout(unused);
        this.#sessions.delete(session);
      });
    });
    this.#server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
      stream.on('error', () => {});
      // A client may leave in the packet of its request: then nothing can be answered.
      if (stream.closed || stream.destroyed) return;
      const { ':path': path = '', 'content-type': type = '' } = headers;
      if (!type.startsWith('application/grpc')) stream.respond({ ':status': NOT_GRPC }, { endStream: true });
      else handle(path, new RawCall(stream, headers, Metadata.fromHttp2Headers(legalOnly(headers))));
    });
  }

  /** Serves a connection that is open. */
  take(socket: Socket): void {
    this.#server.emit('connection', socket);
  }

  close(): void {
    for (const session of this.#sessions) session.destroy();
  }
}

/** Without headers that are not metadata of gRPC: its library would print them, and one may be a key. */
function legalOnly(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const legal = Object.entries(headers).filter(
    ([name, value]) => /^[:0-9a-z_.-]+$/.test(name) && /^[ -~]*$/.test([value].flat().join('')),
  );
  return Object.fromEntries(legal);
}
