import type { Socket } from 'node:net';
import type { FaultScript } from '../fault-script.ts';
import { TcpListener, type EmulatorServer } from '../loopback.ts';
import type { ConnectServer } from './connect-server.ts';
import type { ResponderVersion } from './connect-engine.ts';
import { openEngine, type EngineChoice } from './engine-choice.ts';
import { Gatekeeper, type ConnectGate, type GatekeeperParts, type Ticket } from './gatekeeper.ts';

export interface DataPlaneParts extends GatekeeperParts {
  readonly faults: FaultScript;
  readonly engine: EngineChoice;
  readonly responderVersion: ResponderVersion;
}

interface LoadedServer {
  readonly server: ConnectServer;
  close(): Promise<void>;
}

/** The Spark Connect endpoint of all emulated sessions. It listens from the beginning; gRPC and the engine load with the first caller. */
export class DataPlane implements EmulatorServer, ConnectGate {
  readonly url: string;
  readonly #tcp: TcpListener;
  readonly #gatekeeper: Gatekeeper;
  readonly #loaded: () => Promise<LoadedServer> | undefined;

  private constructor(tcp: TcpListener, gatekeeper: Gatekeeper, loaded: () => Promise<LoadedServer> | undefined) {
    this.url = tcp.url;
    this.#tcp = tcp;
    this.#gatekeeper = gatekeeper;
    this.#loaded = loaded;
  }

  /** Like `TcpListener.listen`. */
  static async listen(port: number, parts: DataPlaneParts): Promise<DataPlane> {
    const gatekeeper = new Gatekeeper(parts);
    let loading: Promise<LoadedServer> | undefined;
    const take = (socket: Socket): void => {
      loading ??= load(parts, gatekeeper, (peer) => tcp.reset(peer));
      loading.then(
        ({ server }) => {
          if (!socket.destroyed) server.take(socket);
        },
        () => socket.destroy(),
      );
    };
    const tcp = await TcpListener.listen(port, take);
    return new DataPlane(tcp, gatekeeper, () => loading);
  }

  admit(ticket: Ticket): void {
    this.#gatekeeper.admit(ticket);
  }

  async close(): Promise<void> {
    await this.#tcp.close();
    const loaded = await this.#loaded()?.catch(() => undefined);
    await loaded?.close();
  }
}

async function load(
  parts: DataPlaneParts,
  gatekeeper: Gatekeeper,
  reset: (peer: string) => void,
): Promise<LoadedServer> {
  const { ConnectServer } = await import('./connect-server.ts');
  const engine = openEngine(parts);
  const server = await ConnectServer.create({
    engine,
    open: (token, method) => gatekeeper.open(token, method),
    strike: ({ ticket }, method) => parts.faults.strikeRpc(ticket.session.service, method),
    reset,
  });
  return {
    server,
    async close() {
      server.close();
      await engine.close();
    },
  };
}
