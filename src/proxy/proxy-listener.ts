import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { SessionError } from '../contract/session-error.ts';
import type { ProxyListenOptions } from '../contract/spark-connect-proxy.ts';

const LOOPBACK = '127.0.0.1';
/** Names of this machine that a client may dial. A page in a browser has another one, even if it resolves to this machine. */
const LOOPBACK_NAMES = [LOOPBACK, 'localhost', '[::1]'];

/** @see https://www.rfc-editor.org/rfc/rfc9113#section-3.4 (read 2026-11-30) */
const PREFACE = 'PRI';

/** A connection without a request is closed after this time, milliseconds: clients connect when they have one. */
export const UNUSED_CONNECTION_MS = 60_000;

/** Where to listen. */
export interface ListenPlace {
  readonly port: number;
  readonly listen: ProxyListenOptions | undefined;
}

/** Servers that take connections, by protocol. */
export interface ConnectionServers {
  readonly grpc: (socket: Socket) => void;
  readonly http: (socket: Socket) => void;
}

/** The socket of a proxy. */
export class ProxyListener {
  readonly host: string;
  readonly port: number;
  /** The key from the token file. */
  readonly token: string | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #isLocal: boolean;

  private constructor(server: Server, host: string, token: string | undefined) {
    this.#server = server;
    this.host = host;
    this.port = (server.address() as AddressInfo).port;
    this.token = token;
    this.#isLocal = token === undefined;
  }

  /** @throws SessionError `config-invalid` when the port is taken or a file cannot be read. */
  static async open({ port, listen }: ListenPlace): Promise<ProxyListener> {
    const host = listen?.host ?? LOOPBACK;
    const token = listen && (await readSecret('tokenFile', listen.tokenFile)).trim();
    if (token === '') throw invalid(`the token file ${listen?.tokenFile ?? ''} is empty`);
    const server =
      listen === undefined
        ? createServer()
        : createTlsServer({
            cert: await readSecret('certFile', listen.certFile),
            key: await readSecret('keyFile', listen.keyFile),
            ALPNProtocols: ['h2', 'http/1.1'],
          });
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause: Error) => {
        reject(
          invalid(`the proxy cannot listen on ${host}:${port}: ${cause.message}`, cause, 'Choose another `port`.'),
        );
      });
      server.listen(port, host, resolve);
    });
    return new ProxyListener(server, host, token);
  }

  /** Gives every new connection to the server of its protocol: gRPC begins with the preface of HTTP/2. */
  serve(servers: Promise<ConnectionServers>, unusedConnectionMs: number): void {
    this.#server.on(this.#isLocal ? 'connection' : 'secureConnection', (socket: Socket) => {
      this.#sockets.add(socket);
      const unused = setTimeout(() => socket.destroy(), unusedConnectionMs).unref();
      socket.on('close', () => {
        clearTimeout(unused);
        this.#sockets.delete(socket);
      });
      // A broken connection needs no answer.
      socket.on('error', () => {});
      const sniff = (): void => {
        const head = socket.read() as Buffer | null;
        if (head === null) return void socket.once('readable', sniff);
        clearTimeout(unused);
        socket.unshift(head);
        const isGrpc = PREFACE.startsWith(head.toString('latin1', 0, PREFACE.length));
        // The proxy reports what cannot be loaded.
        servers.then(
          ({ grpc, http }) => {
            if (!socket.destroyed) (isGrpc ? grpc : http)(socket);
          },
          () => socket.destroy(),
        );
      };
      sniff();
    });
  }

  /** Whether a peer, as gRPC names it, is still connected. */
  isConnected(peer: string): boolean {
    return [...this.#sockets].some(({ remotePort }) => peer.endsWith(`:${remotePort}`));
  }

  /** Whether a client that dialled this name meant the proxy. With TLS the certificate shows that. */
  isOurHost(authority: string): boolean {
    return !this.#isLocal || LOOPBACK_NAMES.some((name) => authority === `${name}:${this.port}`);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

async function readSecret(name: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw invalid(`\`${name}\` cannot be read: ${(cause as Error).message}`, cause);
  }
}

function invalid(message: string, cause?: unknown, advice?: string): SessionError {
  return new SessionError('config-invalid', message, { operation: 'proxy', cause, advice });
}
