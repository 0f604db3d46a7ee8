import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { SessionError } from '../contract/session-error.ts';
import type { Delivery, WireRequest } from './wire.ts';

/** The only address the emulators listen on. */
const LOOPBACK = '127.0.0.1';
/** A larger body is refused; the largest that clients send is a part of an upload. */
const MAX_BODY_BYTES = 64 * 2 ** 20;

/** What a server does with a request that was read to its end. */
export type Handler = (request: WireRequest) => Delivery;

/** A loopback server that hands whole requests to a handler and delivers what it decides, resets and silence included. */
export class HttpServer {
  /** Where it listens, or has listened. */
  readonly url: string;
  readonly #server: Server;

  /** Takes a server that listens. */
  constructor(server: Server) {
    this.#server = server;
    this.url = `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`;
  }

  /** Listens on `port` of the loopback address, or on any free port for 0. `delay` runs late deliveries. */
  static async listen(
    port: number,
    handler: Handler,
    delay: (ms: number, action: () => void) => void,
  ): Promise<HttpServer> {
    const server = createServer((request, response) => {
      void readRequest(request).then((whole) => {
        if (whole === undefined) response.writeHead(413).end();
        else deliver(handle(handler, whole), response, delay);
      }, ignoreBrokenRequest);
    });
    // Clients keep their connections; closing one just when a request arrives would look like a fault nobody asked for.
    server.keepAliveTimeout = 60_000;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) => {
        const message = `The emulator cannot listen on port ${port}: ${cause.message}. Name another one in 'ports'.`;
        reject(new SessionError('config-invalid', message, { operation: 'startEmulator', cause }));
      });
      server.listen(port, LOOPBACK, resolve);
    });
    return new HttpServer(server);
  }

  /** Stops listening and cuts every connection, those that wait for a lost answer too. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
      this.#server.closeAllConnections();
    });
  }
}

async function readRequest(request: IncomingMessage): Promise<WireRequest | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // What is too much is still read to its end: a client that is cut off in the middle never sees the refusal.
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

/** A handler that throws has a bug or was given an impossible fault; the client is told, and the emulator goes on. */
function handle(handler: Handler, request: WireRequest): Delivery {
  try {
    return handler(request);
  } catch (error) {
    const body = `The emulator itself failed: ${error instanceof Error ? error.message : String(error)}\n`;
    return { how: 'answer', answer: { status: 500, headers: { 'content-type': 'text/plain' }, body }, delayMs: 0 };
  }
}

function deliver(delivery: Delivery, response: ServerResponse, delay: (ms: number, action: () => void) => void): void {
  if (delivery.how === 'reset') response.socket?.resetAndDestroy();
  if (delivery.how !== 'answer') return;
  const { answer, delayMs } = delivery;
  const send = (): void => {
    const length = String(Buffer.byteLength(answer.body));
    response.writeHead(answer.status, { ...answer.headers, 'content-length': length }).end(answer.body);
  };
  if (delayMs === 0) send();
  else delay(delayMs, send);
}

/** A client that hangs up while it is sending needs no answer. */
function ignoreBrokenRequest(): void {}
