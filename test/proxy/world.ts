import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { connect, type AddressInfo, type Server } from 'node:net';
import { createInterface } from 'node:readline';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import { Bridge } from '../spark-connect/bridge.ts';
import { FakeServer } from '../spark-connect/fake-server.ts';
import type { Outcome, Task } from './subject.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** An answer of a token service; `reset` closes the connection instead. */
export interface IdentityAnswer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly reset?: boolean;
}

/** A line that the proxy wrote about one CONNECT. */
interface Connected {
  readonly target: string;
  readonly status: number;
}

/**
 * The clouds behind the proxy of a company. Their names lead nowhere without it: the proxy connects every target to one TLS
 * server, which passes the bytes on to the emulator, the Spark Connect server or the token service of that name.
 */
export class World {
  readonly emulator: Emulator;
  readonly spark: FakeServer;
  readonly proxyUrl: string;
  /** The same proxy, with TLS in front of it. */
  readonly tlsProxyUrl: string;
  /** The port of the TLS server, for those who go there directly. */
  readonly tlsPort: number;
  readonly metadataPort: number;
  readonly connects: Connected[] = [];
  /** Answers by host and path; a token for others. */
  readonly answers = new Map<string, IdentityAnswer>();
  readonly identityCalls: string[] = [];
  readonly #subject: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #closers: (() => unknown)[];

  readonly #proxy: ChildProcess;
  #refused: Readonly<Record<string, number>> = {};
  /** The answers of the proxy to its input. */
  readonly #confirmed: AsyncIterator<unknown>;

  private constructor(
    parts: Pick<World, 'emulator' | 'spark' | 'proxyUrl' | 'tlsProxyUrl' | 'tlsPort' | 'metadataPort'>,
    {
      subject,
      proxy,
      lines,
    }: { readonly subject: ChildProcess; readonly proxy: ChildProcess; readonly lines: AsyncIterator<string> },
    closers: (() => unknown)[],
  ) {
    this.emulator = parts.emulator;
    this.spark = parts.spark;
    this.proxyUrl = parts.proxyUrl;
    this.tlsProxyUrl = parts.tlsProxyUrl;
    this.tlsPort = parts.tlsPort;
    this.metadataPort = parts.metadataPort;
    this.#subject = subject;
    this.#lines = linesOf(subject);
    this.#proxy = proxy;
    this.#confirmed = this.#readProxy(lines);
    this.#closers = closers;
  }

  /** Notes connections, and gives the other lines. */
  async *#readProxy(lines: AsyncIterator<string>): AsyncGenerator {
    for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
      const entry = JSON.parse(line.value) as Partial<Connected>;
      if (entry.target === undefined) yield entry;
      else this.connects.push(entry as Connected);
    }
  }

  static async open(): Promise<World> {
    const emulator = await startEmulator({ services: ['athena', 'dataproc'] });
    const spark = new FakeServer();
    await spark.listen();
    const bridge = await Bridge.listen(spark.port);
    const identity = createHttpServer((request, response) => {
      const { host = '' } = request.headers;
      const path = (request.url ?? '').split('?')[0] ?? '';
      world.identityCalls.push(`${host}${path}`);
      const answer = world.answers.get(`${host}${path}`) ?? world.answers.get(host) ?? TOKEN;
      request.resume();
      if (answer.reset === true) return void request.socket.resetAndDestroy();
      const { status = 200, body = '', headers = { 'content-type': 'application/json' } } = answer;
      response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    const metadataPort = await listen(identity);
    const ports = {
      athena: portOf(emulator.urls.athena),
      rest: portOf(emulator.urls.dataprocRest),
      grpc: portOf(emulator.urls.dataprocGrpc),
    };
    const back = ({ servername, alpnProtocol }: TLSSocket): number => {
      const name = String(servername);
      if (name.endsWith('dataproc.googleapis.com')) return alpnProtocol === 'h2' ? ports.grpc : ports.rest;
      if (name.startsWith('athena.')) return ports.athena;
      // The handshake of a WebSocket is HTTP/1.1.
      if (name === 'spark.example.test') return alpnProtocol === 'h2' ? spark.port : bridge.port;
      return metadataPort;
    };
    const pair = {
      key: readFileSync(file('fixtures/hosts-key.pem')),
      cert: readFileSync(file('fixtures/hosts-cert.pem')),
    };
    const tls = createTlsServer({ ...pair, ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => join(socket, back(socket)));
    tls.on('tlsClientError', () => {});
    const tlsPort = await listen(tls);
    const proxy = run('connect-proxy.ts', [String(tlsPort)]);
    const lines = linesOf(proxy);
    const { port } = JSON.parse((await lines.next()).value as string) as { port: number };
    const tlsProxy = createTlsServer(pair, (socket) => join(socket, port));
    const tlsProxyUrl = `https://user:p%40ss%2Fword@localhost:${await listen(tlsProxy)}`;
    const subject = run('subject.ts', [], { NODE_EXTRA_CA_CERTS: file('fixtures/hosts-cert.pem') });
    const closers = [
      () => emulator.close(),
      () => bridge.close(),
      () => spark.close(),
      () => identity.close(),
      () => identity.closeAllConnections(),
      () => tls.close(),
      () => tlsProxy.close(),
      () => proxy.kill(),
    ];
    const proxyUrl = `http://user:p%40ss%2Fword@127.0.0.1:${port}`;
    const world = new World(
      { emulator, spark, proxyUrl, tlsProxyUrl, tlsPort, metadataPort },
      { subject, proxy, lines },
      closers,
    );
    return world;
  }

  /** Makes the proxy refuse these hosts, with these statuses. */
  async refuse(hosts: Readonly<Record<string, number>>): Promise<void> {
    this.#refused = hosts;
    this.#proxy.stdin?.write(`${JSON.stringify(hosts)}\n`);
    await this.#confirmed.next();
  }

  /** Forgets what happened, and lets everything through. */
  async reset(): Promise<void> {
    await this.refuse({});
    this.connects.length = 0;
    this.identityCalls.length = 0;
    this.answers.clear();
    this.emulator.faults.clear();
  }

  /** Runs a task in the process that trusts the certificate of the hosts. */
  async perform(task: Omit<Task, 'env'> & { readonly env?: Task['env'] }): Promise<Outcome> {
    this.#subject.stdin?.write(`${JSON.stringify({ env: { HTTPS_PROXY: this.proxyUrl }, ...task })}\n`);
    const line = await this.#lines.next();
    // What the proxy wrote before its answer is read then.
    await this.refuse(this.#refused);
    return JSON.parse(line.value as string) as Outcome;
  }

  /** The targets of the proxy, each once. */
  get targets(): readonly string[] {
    return [...new Set(this.connects.map(({ target }) => target))].sort();
  }

  async close(): Promise<void> {
    this.#subject.kill();
    for (const close of this.#closers) await close();
  }
}

const TOKEN: IdentityAnswer = { body: { access_token: 'ya29.token', expires_in: 3600, token_type: 'Bearer' } };

function run(name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !/proxy|^(AWS|GOOGLE|GCLOUD|GRPC)_/i.test(key)),
  );
  return spawn(process.execPath, ['--import', 'tsx', file(name), ...args], {
    cwd: ROOT,
    env: { ...clean, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

function linesOf({ stdout }: ChildProcess): AsyncIterator<string> {
  if (stdout === null) throw new Error('a process without output');
  return createInterface({ input: stdout })[Symbol.asyncIterator]();
}

/** Passes bytes both ways. */
function join(socket: TLSSocket, port: number): void {
  const onward = connect(port, '127.0.0.1');
  socket.on('error', () => onward.destroy());
  onward.on('error', () => socket.destroy());
  socket.pipe(onward).pipe(socket);
}

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

function portOf(url: string | undefined): number {
  return Number(new URL(url ?? '').port);
}
