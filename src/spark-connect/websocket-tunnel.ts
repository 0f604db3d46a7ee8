import { isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { ClientOptions, WebSocket } from 'ws';
import type { ConnectEndpoint } from '../contract/session-provider.ts';
import { HexDuplex } from './hex-duplex.ts';
import { TunnelFailure } from './tunnel-failure.ts';

/** Less than a call waits for its answer, so that the error has the reason. */
const OPEN_TIMEOUT_MS = 15_000;

/** Load balancers drop a WebSocket that is silent, and a connection that a NAT has dropped shows as a missing answer. */
const PING_INTERVAL_MS = 30_000;

/** The largest message that is accepted. Google's servers send a few kilobytes at a time. */
const MAX_MESSAGE_BYTES = 16 * 1024 ** 2;

const OPTIONS: ClientOptions = {
  perMessageDeflate: false,
  maxPayload: MAX_MESSAGE_BYTES,
  // What is no hexadecimal digit is refused anyway.
  skipUTF8Validation: true,
  handshakeTimeout: OPEN_TIMEOUT_MS,
};

/** Opens WebSockets for the connections of one channel. */
export class WebSocketTunnel {
  readonly #endpoint: () => Promise<ConnectEndpoint>;
  readonly #sockets = new Set<Socket>();
  #failure: TunnelFailure | undefined;
  #calls = 0;

  /** @param endpoint - asked for valid headers at each new connection */
  constructor(endpoint: () => Promise<ConnectEndpoint>) {
    this.#endpoint = endpoint;
  }

  /** Why the latest connection ended, where the WebSocket is the reason. */
  get failure(): TunnelFailure | undefined {
    return this.#failure;
  }

  /**
   * Opens a WebSocket on a TCP connection.
   * @throws TunnelFailure, or the error of the socket or its TLS
   */
  async open(socket: Socket): Promise<Duplex> {
    const [{ host, port, tls, tunnel }, { WebSocket }] = await Promise.all([this.#endpoint(), import('ws')]);
    if (tunnel === undefined) throw TunnelFailure.broken('the endpoint has no tunnel any more');
    const connection = tls ? await withTls(socket, host) : socket;
    const name = host.includes(':') ? `[${host}]` : host;
    const webSocket = new WebSocket(`${tls ? 'wss' : 'ws'}://${name}:${port}${tunnel.path}`, {
      ...OPTIONS,
      headers: tunnel.headers,
      createConnection: () => connection,
    });
    const duplex = await opened(webSocket, (error) => {
      this.#failure = error instanceof TunnelFailure ? error : undefined;
    });
    this.#failure = undefined;
    this.#keep(socket, webSocket);
    return duplex;
  }

  /** A call has begun: the process must live until it ends. HTTP/2 only does that for sockets of the operating system. */
  hold(): void {
    this.#calls += 1;
    if (this.#calls === 1) for (const socket of this.#sockets) socket.ref();
  }

  /** A call has ended. */
  release(): void {
    this.#calls -= 1;
    if (this.#calls === 0) for (const socket of this.#sockets) socket.unref();
  }

  #keep(socket: Socket, webSocket: WebSocket): void {
    this.#sockets.add(socket);
    if (this.#calls === 0) socket.unref();
    const stopPings = pingRegularly(webSocket, socket);
    webSocket.once('close', () => {
      stopPings();
      this.#sockets.delete(socket);
    });
  }
}

function withTls(socket: Socket, host: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const secure = connectTls({ socket, host, servername: isIP(host) === 0 ? host : '', ALPNProtocols: ['http/1.1'] });
    secure.once('error', reject);
    secure.once('secureConnect', () => {
      secure.removeListener('error', reject);
      resolve(secure);
    });
  });
}

/** @param onError - called with the error that ends the connection later */
function opened(webSocket: WebSocket, onError: (error: Error) => void): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    // Its first message may follow at once, before a promise is handled.
    webSocket.once('open', () => resolve(new HexDuplex(webSocket).on('error', onError)));
    webSocket.once('unexpected-response', (_request, { statusCode = 0 }) => {
      reject(TunnelFailure.answered(statusCode));
      webSocket.terminate();
    });
    webSocket.on('error', (error) => {
      const isLate = error.message === 'Opening handshake has timed out';
      reject(isLate ? TunnelFailure.timeout(OPEN_TIMEOUT_MS) : TunnelFailure.broken(error.message));
    });
  });
}

/** Ends a WebSocket from which nothing comes, not even the answer to a ping. Sockets use real time. */
function pingRegularly(webSocket: WebSocket, socket: Socket): () => void {
  let received = socket.bytesRead;
  let isAnswerDue = false;
  const timer = setInterval(() => {
    // A reader that is slow reads no answers either.
    const isSilent = socket.bytesRead === received && !webSocket.isPaused;
    if (isSilent && isAnswerDue) webSocket.terminate();
    received = socket.bytesRead;
    isAnswerDue = !webSocket.isPaused;
    webSocket.ping();
  }, PING_INTERVAL_MS).unref();
  return () => clearInterval(timer);
}
