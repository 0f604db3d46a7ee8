import * as http from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { SessionError } from '../contract/session-error.ts';
import type { Delivery, WireAnswer, WireRequest } from './wire.ts';

/** The only address the emulators listen on. */
export const LOOPBACK = '127.0.0.1';

export type Delay = (ms: number, action: () => void) => void;

/** A listening server of the emulator. */
export interface EmulatorServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Listens on `port` of the loopback address, or on any free port for 0, and gives the URL.
 *
 * @throws SessionError `config-invalid` when the port is taken.
 */
export async function listenOnLoopback(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `The emulator cannot listen on port ${port}: ${cause.message}. Choose another one in 'ports'.`;
      reject(new SessionError('config-invalid', message, { operation: 'startEmulator', cause }));
    });
    server.listen(port, LOOPBACK, resolve);
  });
  return `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`;
}

/** Sends an answer, at once or late, or resets the connection; for `silence` it does neither. */
export function deliver(
  delivery: Delivery,
  { delay, reset, send }: { delay: Delay; reset: () => void; send: (answer: WireAnswer) => void },
): void {
  if (delivery.how === 'reset') reset();
  if (delivery.how !== 'answer') return;
  const { answer, delayMs } = delivery;
  const sendSafely = (): void => {
    try {
      send(answer);
    } catch (error) {
      send(failedAnswer(error));
    }
  };
  if (delayMs === 0) sendSafely();
  else delay(delayMs, sendSafely);
}

/** The answer to a request that the emulator cannot handle: no request ends it. */
function failedAnswer(error: unknown): WireAnswer {
  const body = `The emulator itself failed: ${error instanceof Error ? error.message : String(error)}\n`;
  return { status: 500, headers: { 'content-type': 'text/plain' }, body };
}

/** A TCP server that owns its sockets, so that a fault can reset the one that a call came on. */
export class TcpListener implements EmulatorServer {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets: ReadonlySet<Socket>;

  private constructor(server: Server, url: string, sockets: ReadonlySet<Socket>) {
    this.#server = server;
    this.url = url;
    this.#sockets = sockets;
  }

  /** Like {@link listenOnLoopback}; `take` gets every new socket. */
  static async listen(port: number, take: (socket: Socket) => void): Promise<TcpListener> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      // A broken connection needs no answer.
      socket.on('error', () => {});
      take(socket);
    });
    return new TcpListener(server, await listenOnLoopback(server, port), sockets);
  }

  /** Resets the sockets of one peer. */
  reset(peer: string): void {
    for (const socket of this.#sockets) if (peer.endsWith(`:${socket.remotePort}`)) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

/** A larger body is refused; the largest that clients send is a part of an upload. */
const MAX_BODY_BYTES = 64 * 2 ** 20;

/** What a server does with a complete request. */
export type Handler = (request: WireRequest) => Delivery;

/** Takes the socket of a request for a WebSocket. */
export type Upgrade = (request: http.IncomingMessage, socket: Socket, head: Buffer) => void;

/** A loopback server that passes complete requests to a handler and carries out its decision, including resets and silence. */
export class HttpServer implements EmulatorServer {
  readonly url: string;
  readonly #server: http.Server;
  readonly #upgraded: ReadonlySet<Socket>;

  private constructor(server: http.Server, url: string, upgraded: ReadonlySet<Socket>) {
    this.#server = server;
    this.url = url;
    this.#upgraded = upgraded;
  }

  /** Like {@link listenOnLoopback}; `delay` runs late deliveries; `upgrade` takes a WebSocket whose request the handler accepts. */
  static async listen(port: number, handler: Handler, delay: Delay, upgrade?: Upgrade): Promise<HttpServer> {
    const upgraded = new Set<Socket>();
    const server = http.createServer((request, response) => {
      void readRequest(request).then((whole) => {
        if (whole === undefined) {
          response.writeHead(413).end();
          return;
        }
        deliver(decide(handler, whole), {
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
    if (upgrade !== undefined) {
      server.on('upgrade', (request: http.IncomingMessage, socket: Socket, head: Buffer) => {
        upgraded.add(socket);
        socket.on('close', () => upgraded.delete(socket)).on('error', () => {});
        deliver(decide(handler, toWireRequest(request, Buffer.alloc(0))), {
          delay,
          reset: () => socket.resetAndDestroy(),
          send(answer) {
            if (answer.status === 200) upgrade(request, socket, head);
            else socket.end(rawAnswer(answer));
          },
        });
      });
    }
    return new HttpServer(server, await listenOnLoopback(server, port), upgraded);
  }

  /** Stops listening and cuts every connection, including those that wait for a lost answer. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
      for (const socket of this.#upgraded) socket.destroy();
    });
  }
}

async function readRequest(request: http.IncomingMessage): Promise<WireRequest | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // The rest of a body that is too large is still read: a client that is cut off never sees the refusal.
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (size > MAX_BODY_BYTES) return undefined;
  return toWireRequest(request, Buffer.concat(chunks));
}

function toWireRequest(request: http.IncomingMessage, bytes: Buffer): WireRequest {
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
export function decide(handler: Handler, request: WireRequest): Delivery {
  try {
    return handler(request);
  } catch (error) {
    return { how: 'answer', answer: failedAnswer(error), delayMs: 0 };
  }
}

/** An answer as text, for a socket that the server has let go of. */
function rawAnswer({ status, headers, body }: WireAnswer): string {
  const fields = { ...headers, 'content-length': String(Buffer.byteLength(body)), connection: 'close' };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? ''}`, ...lines, '', body].join('\r\n');
}

/** A client that hangs up while it sends needs no answer. */
function ignoreBrokenRequest(): void {}
