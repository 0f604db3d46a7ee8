import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { WebSocket } from 'ws';

/** The path of the bridge, as in Google's own clients. @see https://github.com/google/inverting-proxy/tree/master/utils/tcpbridge (read 2026-11-30) */
export const BRIDGE_PATH = '/tcp-over-websocket-bridge/35218cb7-1201-4940-89e8-48d8f03fed96';

/** So much may wait for a slow client before the data plane is paused. */
const MAX_WAITING_BYTES = 1024 * 1024;

/**
 * Bridges WebSockets to the port of the data plane, as Google's bridge does in front of a session: hexadecimal text messages on
 * one side, bytes on the other.
 */
export class WebSocketBridge {
  readonly #port: number;
  readonly #localPorts = new Set<string>();

  /** @param url - the URL of the data plane */
  constructor(url: string) {
    this.#port = Number(new URL(url).port);
  }

  /** Whether a peer of the data plane, as `host:port`, comes through a WebSocket. */
  has(peer: string): boolean {
    return this.#localPorts.has(peer.slice(peer.lastIndexOf(':') + 1));
  }

  /** Answers a request for a WebSocket, and bridges it. */
  async take(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const { WebSocketServer } = await import('ws');
    const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, skipUTF8Validation: true });
    const tcp = connect(this.#port, '127.0.0.1');
    tcp.once('connect', () => {
      const port = String(tcp.localPort);
      this.#localPorts.add(port);
      tcp.once('close', () => this.#localPorts.delete(port));
      server.handleUpgrade(request, socket, head, (webSocket) => join(webSocket, socket, tcp));
    });
    tcp.once('error', () => socket.destroy());
  }
}

function join(webSocket: WebSocket, socket: Socket, tcp: Socket): void {
  webSocket.on('message', (data, isBinary) => {
    // Google's bridge skips what is no text, too.
    if (isBinary) return;
    if (!tcp.write(Buffer.from((data as Buffer).toString('latin1'), 'hex'))) webSocket.pause();
  });
  tcp.on('drain', () => webSocket.resume());
  tcp.on('data', (bytes) => {
    webSocket.send(Buffer.from(bytes.toString('hex'), 'latin1'), { binary: false }, () => {
      if (webSocket.bufferedAmount < MAX_WAITING_BYTES) tcp.resume();
    });
    if (webSocket.bufferedAmount >= MAX_WAITING_BYTES) tcp.pause();
  });
  // A reset of the data plane is one of the client's connection.
  tcp.on('error', () => socket.resetAndDestroy());
  tcp.on('end', () => webSocket.close());
  webSocket.on('error', () => webSocket.terminate());
  webSocket.on('close', () => tcp.destroy());
}
