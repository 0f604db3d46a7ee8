import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { SessionError } from '../contract/session-error.ts';
import type { Delivery, WireAnswer } from './wire.ts';

/** The only address the emulators listen on. */
export const LOOPBACK = '127.0.0.1';

/** Runs an action after `ms` milliseconds of the emulator's time. */
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
  if (delayMs === 0) send(answer);
  else delay(delayMs, () => send(answer));
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

  /** Stops listening and cuts every connection. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
