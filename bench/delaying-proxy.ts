import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A link of loopback on which every byte takes `oneWayMs` longer, in both directions; it has as much room as is asked for. */
export async function delayingProxy(target: number, oneWayMs: number): Promise<{ port: number } & Disposable> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect({ host: '127.0.0.1', port: target });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (chunk: Buffer) => setTimeout(() => to.write(chunk), oneWayMs));
      from.on('error', () => to.destroy()).on('close', () => setTimeout(() => to.destroy(), oneWayMs));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.dispose]: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
