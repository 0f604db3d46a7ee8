import { createServer, type IncomingMessage, type Server } from 'node:http';

import { deliver, listenOnLoopback, type Delay, type EmulatorServer } from './loopback.ts';
import type { Delivery, WireRequest } from './wire.ts';

/** A larger body is refused; the largest that clients send is a part of an upload. */
const MAX_BODY_BYTES = 64 * 2 ** 20;

/** What a server does with a complete request. */
export type Handler = (request: WireRequest) => Delivery;

/** A loopback server that passes complete requests to a handler and carries out its decision, including resets and silence. */
export class HttpServer implements EmulatorServer {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  /** Like `listenOnLoopback`; `delay` runs late deliveries. */
  static async listen(port: number, handler: Handler, delay: Delay): Promise<HttpServer> {
    const server = createServer((request, response) => {
      void readRequest(request).then((whole) => {
        if (whole === undefined) {
          response.writeHead(413).end();
          return;
        }
        deliver(handle(handler, whole), {
          delay,
          reset: () => response.socket?.resetAndDestroy(),
          send({ status, headers, body }) {
            response.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(body)) }).end(body);
          },
        });
      }, ignoreBrokenRequest);
    });
    // Clients keep their connections; closing one just when a request arrives would look like a fault.
    server.keepAliveTimeout = 60_000;
    return new HttpServer(server, await listenOnLoopback(server, port));
  }

  /** Stops listening and cuts every connection, including those that wait for a lost answer. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}

async function readRequest(request: IncomingMessage): Promise<WireRequest | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // The rest of a body that is too large is still read: a client that is cut off never sees the refusal.
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (size > MAX_BODY_BYTES) return undefined;
  const bytes = Buffer.concat(chunks);
  const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
  return {
    method: request.method ?? 'GET',
    path,
    query: new URLSearchParams(query),
    headers: request.headers,
    body: bytes.toString('utf8'),
    bytes,
  };
}

/** A handler that throws has a bug or got an impossible fault; the client gets a 500, and the emulator keeps running. */
function handle(handler: Handler, request: WireRequest): Delivery {
  try {
    return handler(request);
  } catch (error) {
    const body = `The emulator itself failed: ${error instanceof Error ? error.message : String(error)}\n`;
    return { how: 'answer', answer: { status: 500, headers: { 'content-type': 'text/plain' }, body }, delayMs: 0 };
  }
}

/** A client that hangs up while it sends needs no answer. */
function ignoreBrokenRequest(): void {}
