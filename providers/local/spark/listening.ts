import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';

/** How long an address may take to answer, milliseconds. */
const DIAL_TIMEOUT_MS = 5_000;

/** A place to dial. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A loopback port that was free a moment ago; the system does not give it to the next one who asks. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Why nobody can be reached at an address, or `undefined` when somebody takes the call. */
export function whyNotListening(address: Address): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: address.host, port: address.port, timeout: DIAL_TIMEOUT_MS });
    const settle = (why: string | undefined): void => {
      socket.destroy();
      resolve(why);
    };
    socket.once('connect', () => {
      // A call to a free port of one's own machine may be given that very port to call from, and then reaches itself.
      const isSelf = socket.localPort === address.port && socket.localAddress === socket.remoteAddress;
      settle(isSelf ? 'nobody listens' : undefined);
    });
    socket.once('timeout', () => {
      settle('it does not answer');
    });
    socket.once('error', ({ message }) => {
      settle(message);
    });
  });
}
