import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { promisify } from 'node:util';

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

/**
 * Whether a process group, and nobody else, listens on a port of this machine. Another user's process can take a free port
 * before a server does, and would then receive its statements.
 * @throws Error when the system does not tell.
 */
export function isListenerOf(
  group: number,
  port: number,
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> {
  return platform === 'linux' ? isListenerInProc(group, port) : isListenerOfLsof(group, port);
}

/** The state LISTEN. @see https://man7.org/linux/man-pages/man5/proc_pid_net.5.html (read 2026-11-30) */
const LISTEN = '0A';

async function isListenerInProc(group: number, port: number): Promise<boolean> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  );
  const sockets = tables
    .join('\n')
    .split('\n')
    .flatMap((line) => {
      const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
      return state === LISTEN && parseInt(local.split(':')[1] ?? '', 16) === port ? [`socket:[${inode}]`] : [];
    });
  if (sockets.length === 0) return false;
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const own = new Set((await Promise.all(processes.map((id) => filesIn(id, group)))).flat());
  return sockets.every((socket) => own.has(socket));
}

/** The open files of a process of the group. A process may end meanwhile. */
async function filesIn(id: string, group: number): Promise<readonly string[]> {
  const stat = await readFile(`/proc/${id}/stat`, 'utf8').catch(() => '');
  // The name of the program, in brackets, may contain anything.
  const [, , processGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (Number(processGroup) !== group) return [];
  const files = await readdir(`/proc/${id}/fd`).catch(() => []);
  return Promise.all(files.map((file) => readlink(`/proc/${id}/fd/${file}`).catch(() => '')));
}

/**
 * macOS gives a port of one address to one process, and lsof lists it. Other users' sockets are not listed.
 * @see https://lsof.readthedocs.io/en/latest/manpage/ (read 2026-11-30)
 */
async function isListenerOfLsof(group: number, port: number): Promise<boolean> {
  const words = ['-a', '-n', '-P', '-t', '-g', String(group), `-iTCP@127.0.0.1:${port}`, '-sTCP:LISTEN'];
  try {
    return (await promisify(execFile)('lsof', words)).stdout.trim() !== '';
  } catch (error) {
    // It exits with 1 when it finds nothing.
    if ((error as { readonly code?: unknown }).code === 1) return false;
    throw error;
  }
}
