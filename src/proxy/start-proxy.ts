import type { Socket } from 'node:net';
import { systemRandom, systemClock, silentLogger } from '../session/system-ports.ts';
import type { Clock, Random } from '../contract/ports.ts';
import type { ProxyOptions, SparkConnectProxy } from '../contract/spark-connect-proxy.ts';
import { CallRouter } from './call-router.ts';
import { metricsPage } from './metrics-page.ts';
import { ProxyCounters } from './proxy-counters.ts';
import { KEY_METADATA, ProxyKey } from './proxy-key.ts';
import { ProxyListener, UNUSED_CONNECTION_MS } from './proxy-listener.ts';
import { RawServer } from './raw-server.ts';
import { ReadySessions } from './ready-sessions.ts';
import { SingleClient } from './single-client.ts';
import type { SessionSource } from './session-source.ts';

export type { ProxyOptions, SparkConnectProxy } from '../contract/spark-connect-proxy.ts';

/** How long a call waits for its session, milliseconds. Clouds take one to five minutes. */
const START_TIMEOUT_MS = 10 * 60_000;

/** 256 bits. */
const KEY_DIGITS = 64;

/** Node prints an object as what this method returns. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** What a proxy uses of the outside world. */
export interface ProxyPorts {
  readonly clock: Clock;
  readonly random: Random;
  /** How long a connection may be without a request, milliseconds. */
  readonly unusedConnectionMs?: number;
}

/** Starts a proxy. @throws SessionError `config-invalid` when it cannot listen. */
export async function startProxy(
  source: SessionSource,
  options: ProxyOptions = {},
  ports: ProxyPorts = { clock: systemClock, random: systemRandom },
): Promise<SparkConnectProxy> {
  const { port = 0, startTimeoutMs = START_TIMEOUT_MS, listen, logger = silentLogger } = options;
  const { clock, random, unusedConnectionMs = UNUSED_CONNECTION_MS } = ports;
  const grpc = await import('@grpc/grpc-js');
  const counters = new ProxyCounters();
  const sessions = new ReadySessions({ source, startTimeoutMs, grpc, clock, random, counters });
  const listener = await ProxyListener.open({ port, listen });
  const key = listener.token ?? options.key ?? random.hex(KEY_DIGITS);
  const isOurHost = (authority: string): boolean => listener.isOurHost(authority);
  const shared = { key: new ProxyKey(key), isOurHost, sessions, counters };
  const singleClient = options.share === true ? undefined : new SingleClient((peer) => listener.isConnected(peer));
  const router = new CallRouter({ ...shared, singleClient, clock, logger });
  const page = metricsPage({
    ...shared,
    status: source.status?.bind(source),
  }).setTimeout(unusedConnectionMs);
  const server = new RawServer(grpc, (path, call) => void router.serve(path, call), unusedConnectionMs);
  const servers = {
    grpc: (socket: Socket) => server.take(socket),
    http: (socket: Socket) => page.emit('connection', socket),
  };
  listener.serve(servers, unusedConnectionMs);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      server.close();
      await listener.close();
      sessions.close();
      await source.close();
    })();
    return closing;
  };
  const plain = { host: listener.host, port: listener.port };
  const tls = listen === undefined ? '' : 'use_ssl=true;';
  const url = `sc://${listener.host}:${listener.port}/;${tls}${KEY_METADATA}=${encodeURIComponent(key)}`;
  const proxy = Object.defineProperties(
    { ...plain },
    {
      url: { value: url },
      key: { value: key },
      close: { value: close },
      [Symbol.asyncDispose]: { value: close },
      toJSON: { value: () => plain },
      [INSPECT]: { value: () => plain },
    },
  );
  return Object.freeze(proxy) as SparkConnectProxy;
}
