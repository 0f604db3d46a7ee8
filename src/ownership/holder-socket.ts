import { lstatSync, mkdtempSync, unlinkSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, Random } from '../contract/ports.ts';
import { hostIdentity, isSamePlace, type HostIdentity } from './host-identity.ts';
import type { HolderRecord } from './holder-record.ts';
import { ensurePrivateFolder } from './state-folder.ts';

/** Whether the process that holds a session lives, as far as this process can tell. */
export type Liveness = 'living' | 'dead' | 'doubtful';

/** The longest path of a Unix socket, bytes: 104 on macOS, 108 on Linux, each with a zero at the end. */
const LONGEST_PATH = 103;

/** How long a connection may take, milliseconds: the kernel accepts it, also for a process that is stopped. */
const CONNECT_TIMEOUT_MS = 1_000;

/** What a socket needs. */
export interface HolderSocketParts {
  /** The private folder of the claims. */
  readonly folder: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly identity?: HostIdentity;
}

/**
 * The socket by which other processes of this host see that this one lives. The kernel closes it when the process ends, however that
 * happens; a process that is stopped still accepts connections.
 */
export class HolderSocket {
  readonly #parts: HolderSocketParts;
  #identity: HostIdentity | undefined;
  #server: Promise<Server> | undefined;
  #path: string | undefined;

  constructor(parts: HolderSocketParts) {
    this.#parts = parts;
    this.#identity = parts.identity;
  }

  /** Where this process runs; read when it is first needed. */
  get identity(): HostIdentity {
    return (this.#identity ??= hostIdentity());
  }

  /** Listens, once per process. Keeps no process alive. @throws Error when no socket can be opened. */
  async listen(): Promise<string> {
    const path = (this.#path ??= this.#newPath());
    this.#server ??= new Promise((resolve, reject) => {
      const server = createServer((connection) => {
        connection.on('error', () => {}).unref();
        connection.resume();
      });
      server.once('error', reject).unref();
      server.listen(path, () => resolve(server));
    });
    try {
      await this.#server;
    } catch (error) {
      this.#server = this.#path = undefined;
      throw error;
    }
    return path;
  }

  /** Whether the process of a record lives. */
  async liveness(record: HolderRecord): Promise<Liveness> {
    if (!isSamePlace(record, this.identity)) return 'doubtful';
    if (record.pid === 0) return 'dead';
    if (record.socket === this.#path) return 'living';
    const outcome = await this.#connect(record, () => {});
    return outcome.liveness;
  }

  /** Whether nobody listens on a socket of this host. */
  async isRefused(path: string): Promise<boolean> {
    if (path === this.#path) return false;
    return (await this.#connect({ socket: path, pid: 0 }, () => {})).liveness === 'dead';
  }

  /**
   * Calls back when the process of a record has ended.
   * @returns stops listening; `undefined` when the process does not live.
   */
  async onDeath(record: HolderRecord, callback: () => void): Promise<(() => void) | undefined> {
    if (record.pid === 0) return undefined;
    if (!isSamePlace(record, this.identity) || record.socket === this.#path) return () => {};
    return (await this.#connect(record, callback)).close;
  }

  /** Removes the socket's file. */
  close(): void {
    const path = this.#path;
    this.#path = undefined;
    void this.#server?.then((server) => server.close()).catch(() => {});
    this.#server = undefined;
    if (path !== undefined) removeSocket(path);
  }

  #newPath(): string {
    const { folder, random } = this.#parts;
    const name = random.hex(16);
    if (process.platform === 'win32') return `\\\\.\\pipe\\anysession-${name}`;
    ensurePrivateFolder(folder);
    const path = join(folder, `${name}.sock`);
    if (Buffer.byteLength(path) <= LONGEST_PATH) return path;
    const short = join(tmpdir(), `anysession-${process.getuid?.() ?? 0}`);
    ensurePrivateFolder(short);
    const near = join(short, `${name}.sock`);
    return Buffer.byteLength(near) <= LONGEST_PATH ? near : join(mkdtempSync('/tmp/anysession-'), 'socket');
  }

  #connect(
    { socket: path, pid }: Pick<HolderRecord, 'socket' | 'pid'>,
    onEnd: () => void,
  ): Promise<{ readonly liveness: Liveness; readonly close?: () => void }> {
    return new Promise((resolve) => {
      const connection = openConnection(path);
      if (connection === undefined) {
        resolve({ liveness: 'doubtful' });
        return;
      }
      const cancelTimer = this.#parts.clock.schedule(CONNECT_TIMEOUT_MS, () => {
        connection.destroy();
        resolve({ liveness: 'doubtful' });
      });
      connection.once('connect', () => {
        cancelTimer();
        connection.unref().resume();
        const close = (): void => {
          connection.off('close', onEnd).destroy();
        };
        connection.once('close', onEnd);
        resolve({ liveness: 'living', close });
      });
      connection.on('error', ({ code }: NodeJS.ErrnoException) => {
        cancelTimer();
        // Somebody may have removed the file of a socket whose process lives.
        const isDead = code === 'ECONNREFUSED' || (code === 'ENOENT' && !isOtherRunning(pid));
        resolve({ liveness: isDead ? 'dead' : 'doubtful' });
      });
    });
  }
}

/** Connects to a socket; `undefined` for a path that no socket can have: the system would cut it off, and connect to another one. */
function openConnection(path: string): Socket | undefined {
  const isPath = path !== '' && !path.includes('\0') && Buffer.byteLength(path) <= LONGEST_PATH;
  // As a plain argument a number would be a port.
  return isPath ? createConnection({ path }) : undefined;
}

/** Whether another process has this id: this one knows which of its sockets it has closed. */
function isOtherRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Removes the file of a socket that nobody listens on any more, and no other file: a damaged record may name one. */
function removeSocket(path: string): void {
  try {
    if (lstatSync(path).isSocket()) unlinkSync(path);
  } catch {
    // It is gone, or is a pipe without a file.
  }
}
