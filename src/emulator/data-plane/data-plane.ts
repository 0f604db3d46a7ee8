import type { Socket } from 'node:net';
import type { FaultScript } from '../fault-script.ts';
import type { ServiceId } from '../service.ts';
import { TcpListener, type EmulatorServer, type Upgrade } from '../loopback.ts';
import type { ConnectServer } from './connect-server.ts';
import type { ConnectEngine, ResponderVersion } from './connect-engine.ts';
import { openEngine, type EngineChoice } from './engine-choice.ts';
import { WebSocketBridge } from './websocket-bridge.ts';
import { Gatekeeper, type ConnectGate, type GatekeeperParts, type Ticket } from './gatekeeper.ts';

export interface DataPlaneParts extends GatekeeperParts {
  readonly faults: FaultScript;
  readonly engine: EngineChoice;
  /** The version that the DuckDB substitute reports; that of each cloud when absent. */
  readonly responderVersion?: ResponderVersion | undefined;
}

interface Doors {
  readonly gatekeeper: Gatekeeper;
  readonly bridge: WebSocketBridge;
}

interface LoadedServer {
  readonly server: ConnectServer;
  close(): Promise<void>;
}

/** The Spark Connect endpoint of all emulated sessions. It listens from the beginning; gRPC and the engine load with the first caller. */
export class DataPlane implements EmulatorServer, ConnectGate {
  readonly url: string;
  bridgeUrl = '';
  readonly #bridge: WebSocketBridge;
  readonly #tcp: TcpListener;
  readonly #gatekeeper: Gatekeeper;
  readonly #loaded: () => Promise<LoadedServer> | undefined;

  private constructor(
    tcp: TcpListener,
    { gatekeeper, bridge }: Doors,
    loaded: () => Promise<LoadedServer> | undefined,
  ) {
    this.url = tcp.url;
    this.#bridge = bridge;
    this.#tcp = tcp;
    this.#gatekeeper = gatekeeper;
    this.#loaded = loaded;
  }

  /** Like `TcpListener.listen`. */
  static async listen(port: number, parts: DataPlaneParts): Promise<DataPlane> {
    const gatekeeper = new Gatekeeper(parts);
    let loading: Promise<LoadedServer> | undefined;
    const take = (socket: Socket): void => {
      loading ??= load(parts, doors, (peer) => tcp.reset(peer));
      loading.then(
        ({ server }) => {
          if (!socket.destroyed) server.take(socket);
        },
        () => socket.destroy(),
      );
    };
    const tcp = await TcpListener.listen(port, take);
    const doors = { gatekeeper, bridge: new WebSocketBridge(tcp.url) };
    return new DataPlane(tcp, doors, () => loading);
  }

  /** Bridges a WebSocket to this endpoint. */
  readonly bridge: Upgrade = (request, socket, head) => void this.#bridge.take(request, socket, head);

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
  { gatekeeper, bridge }: Doors,
  reset: (peer: string) => void,
): Promise<LoadedServer> {
  const { ConnectServer } = await import('./connect-server.ts');
  const engines = openEngines(parts);
  const server = await ConnectServer.create({
    engineFor: ({ service }) => (SPARK_4.has(service) ? engines.spark4 : engines.spark35),
    isBridged: (peer) => bridge.has(peer),
    open: (token, method, metadata) => gatekeeper.open(token, method, metadata),
    strike: ({ ticket }, method) => parts.faults.strikeRpc(ticket.session.service, method),
    reset,
  });
  return {
    server,
    async close() {
      server.close();
      await Promise.all(Object.values(engines).map((engine) => engine.close()));
    },
  };
}

/** The services that run Spark 4; the others run 3.5. */
const SPARK_4: ReadonlySet<ServiceId> = new Set(['dataproc', 'emr']);

/** An engine that is Spark reports its own version. */
function openEngines({
  engine,
  responderVersion,
}: DataPlaneParts): Readonly<Record<'spark35' | 'spark4', ConnectEngine>> {
  const spark35 = openEngine({ engine, responderVersion: responderVersion ?? '3.5' });
  const isSame = engine !== 'duckdb' || responderVersion !== undefined;
  return { spark35, spark4: isSame ? spark35 : openEngine({ engine, responderVersion: '4.0' }) };
}
