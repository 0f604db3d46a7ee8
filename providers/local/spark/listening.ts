import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';

/** The connection timeout, milliseconds. */
const DIAL_TIMEOUT_MS = 5_000;

/** An address to connect to. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A free loopback port; the system does not assign it again at once. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Why an address does not accept connections; `undefined` when it does. */
export function whyNotListening(address: Address): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: address.host, port: address.port, timeout: DIAL_TIMEOUT_MS });
    const settle = (why: string | undefined): void => {
      socket.destroy();
      resolve(why);
    };
    socket.once('connect', () => {
      // A connection to a free local port may get that port as its source port, and then connects to itself.
      const isSelf = socket.localPort === address.port && socket.localAddress === socket.remoteAddress;
      settle(isSelf ? 'nothing listens there' : undefined);
    });
    socket.once('timeout', () => settle('it does not respond'));
    socket.once('error', ({ message }) => settle(message));
  });
}
