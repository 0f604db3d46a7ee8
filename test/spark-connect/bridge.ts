import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

/** The path of the WebSockets of a {@link Bridge}. */
export const PATH = '/bridge/35218cb7';

/** A message to the client as it is sent instead. */
export type Spoiled = readonly [message: Buffer, isBinary: boolean];

/** A WebSocket bridge in front of a server on loopback, as in front of Dataproc's sessions; it can refuse, and spoil messages. */
export class Bridge {
  /** The status of each request for a WebSocket, in their order; the others are accepted. */
  refusals: number[] = [];
  /** Whether requests for WebSockets get no answer. */
  isSilent = false;
  /** Changes the messages to the client. */
  spoil: ((message: Buffer) => Spoiled) | undefined;
  /** What came with each request for a WebSocket. */
  readonly requests: { readonly path: string | undefined; readonly authorization: string | undefined }[] = [];
  /** The sizes of the messages from the client. */
  readonly received: number[] = [];
  /** How much the client has been sent, bytes. */
  sentBytes = 0;
  readonly webSockets = new Set<WebSocket>();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, target: number) {
    this.#server = server;
    const bridges = new WebSocketServer({ noServer: true, perMessageDeflate: false });
    server.on('connection', (socket: Socket) => this.#sockets.add(socket));
    server.on('upgrade', (request, socket: Socket, head) => {
      socket.on('error', () => {});
      this.requests.push({ path: request.url, authorization: request.headers.authorization });
      if (this.isSilent) return;
      const status = this.refusals.shift();
      if (status !== undefined) return void socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 2\r\n\r\nno`);
      bridges.handleUpgrade(request, socket, head, (webSocket) => this.#join(webSocket, connect(target, '127.0.0.1')));
    });
  }

  /** @param target - the port of the server. @param tls - the key and certificate of `wss://` */
  static async listen(target: number, tls?: { readonly key: Buffer; readonly cert: Buffer }): Promise<Bridge> {
    const bridge = new Bridge(tls ? createHttpsServer(tls) : createHttpServer(), target);
    await new Promise<void>((resolve) => bridge.#server.listen(0, '127.0.0.1', resolve));
    return bridge;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Resets every connection of the clients. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(webSocket: WebSocket, tcp: Socket): void {
    this.webSockets.add(webSocket);
    webSocket.on('message', (text: Buffer) => {
      this.received.push(text.length);
      tcp.write(Buffer.from(text.toString('latin1'), 'hex'));
    });
    tcp.on('data', (bytes) => {
      const text = Buffer.from(bytes.toString('hex'), 'latin1');
      const [message, binary] = this.spoil?.(text) ?? [text, false];
      tcp.pause();
      webSocket.send(message, { binary }, () => {
        this.sentBytes += message.length;
        tcp.resume();
      });
    });
    tcp.on('error', () => {});
    tcp.on('close', () => webSocket.close());
    webSocket.on('error', () => {});
    webSocket.on('close', () => {
      this.webSockets.delete(webSocket);
      tcp.destroy();
    });
  }
}
