import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { SessionError } from '../../contract/session-error.ts';
import type { EmulatorServer } from '../emulator.ts';
import type { FaultScript } from '../fault-script.ts';
import type { ConnectServer } from './connect-server.ts';
import { openEngine, type EngineChoice } from './engine-choice.ts';
import type { ResponderVersion } from './responder/responder-version.ts';
import { Gatekeeper, type GatekeeperParts } from './gatekeeper.ts';
import type { ConnectGate, Ticket } from './ticket-book.ts';

const LOOPBACK = '127.0.0.1';

/** What the data plane is made of. */
export interface DataPlaneParts extends GatekeeperParts {
  readonly faults: FaultScript;
  readonly engine: EngineChoice;
  readonly responderVersion: ResponderVersion;
}

/** Where the sessions of all emulated services are dialled. It listens from the beginning; gRPC and the engine come with the first caller. */
export class DataPlane implements EmulatorServer, ConnectGate {
  readonly url: string;
  readonly #tcp: Server;
  readonly #gatekeeper: Gatekeeper;
  readonly #parts: DataPlaneParts;
  readonly #sockets = new Set<Socket>();
  #server: Promise<{ readonly server: ConnectServer; close(): Promise<void> }> | undefined;

  private constructor(tcp: Server, parts: DataPlaneParts) {
    this.#tcp = tcp;
    this.#parts = parts;
    this.#gatekeeper = new Gatekeeper(parts);
    this.url = `http://${LOOPBACK}:${(tcp.address() as AddressInfo).port}`;
    tcp.on('connection', (socket) => {
      this.#take(socket);
    });
  }

  /** Listens on `port` of the loopback address, or on any free port for 0. @throws SessionError `config-invalid` when it is taken. */
  static async listen(port: number, parts: DataPlaneParts): Promise<DataPlane> {
    const tcp = createServer();
    await new Promise<void>((resolve, reject) => {
      tcp.once('error', (cause) => {
        const message = `The emulator cannot listen on port ${port}: ${cause.message}. Name another one in 'ports'.`;
        reject(new SessionError('config-invalid', message, { operation: 'startEmulator', cause }));
      });
      tcp.listen(port, LOOPBACK, resolve);
    });
    return new DataPlane(tcp, parts);
  }

  admit(ticket: Ticket): void {
    this.#gatekeeper.tickets.add(ticket);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#tcp.close(() => {
        resolve();
      });
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    await this.#server?.then(
      (loaded) => loaded.close(),
      () => {},
    );
  }

  #take(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // A connection that breaks needs no answer.
    socket.on('error', () => {});
    this.#server ??= this.#load();
    this.#server.then(
      ({ server }) => {
        if (!socket.destroyed) server.take(socket);
      },
      () => socket.destroy(),
    );
  }

  async #load(): Promise<{ readonly server: ConnectServer; close(): Promise<void> }> {
    const { ConnectServer } = await import('./connect-server.ts');
    const { faults } = this.#parts;
    const engine = openEngine(this.#parts);
    const server = await ConnectServer.create({
      engine,
      open: (token, method) => this.#gatekeeper.open(token, method),
      strike: ({ ticket }, method) => faults.strikeRpc(ticket.service, method),
      reset: (peer) => {
        for (const socket of this.#sockets) if (peer.endsWith(`:${socket.remotePort}`)) socket.resetAndDestroy();
      },
    });
    const close = async (): Promise<void> => {
      server.close();
      await engine.close();
    };
    return { server, close };
  }
}
