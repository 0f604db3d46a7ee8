import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A gateway in front of a service, which forgets connections as a NAT does: both ends stay open and nothing passes. */
export interface DroppingProxy {
  /** `host:port`. */
  readonly address: string;
  /** How many connections have been made. */
  readonly connections: () => number;
  /** How many are open. */
  readonly open: () => number;
  /** Silently drops everything that the present connections send from now on, in both directions. */
  dropPresent(): void;
  /** The same for all connections to come. */
  dropAll(): void;
}

/** Starts a proxy for the running test. @param target - the URL of the service. */
export async function startDroppingProxy(target: string): Promise<DroppingProxy> {
  const { hostname, port } = new URL(target);
  const present = new Set<{ isDropped: boolean; readonly sockets: readonly Socket[] }>();
  const state = { connections: 0, dropsAll: false };
  const server = createServer((client) => {
    state.connections += 1;
    const service = connect(Number(port), hostname);
    const pair = { isDropped: state.dropsAll, sockets: [client, service] };
    present.add(pair);
    for (const [from, to] of [
      [client, service],
      [service, client],
    ] as const) {
      from.on('data', (bytes) => {
        if (!pair.isDropped) to.write(bytes);
      });
      from.on('close', () => {
        present.delete(pair);
        to.destroy();
      });
      from.on('error', () => {});
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const { sockets } of present) for (const socket of sockets) socket.destroy();
    server.close();
  });
  const dropPresent = (): void => {
    for (const pair of present) pair.isDropped = true;
  };
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => state.connections,
    open: () => present.size,
    dropPresent,
    dropAll() {
      state.dropsAll = true;
      dropPresent();
    },
  };
}
