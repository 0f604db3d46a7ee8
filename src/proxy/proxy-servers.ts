import type { Clock, Logger, Random } from '../contract/ports.ts';
import type { ProxyKey } from './proxy-key.ts';
import type { ConnectionServers, ProxyListener } from './proxy-listener.ts';
import type { SessionSource } from './session-source.ts';

/** What the servers of a proxy need. */
export interface ProxyServersParts {
  readonly source: SessionSource;
  readonly key: ProxyKey;
  readonly listener: Pick<ProxyListener, 'isOurHost' | 'isConnected'>;
  readonly startTimeoutMs: number;
  /** Whether clients may share a session whose service names it. */
  readonly isShared: boolean;
  readonly unusedConnectionMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** The servers of a proxy: they take connections, and do not listen themselves. */
export interface ProxyServers extends ConnectionServers {
  readonly close: () => void;
}

/** Loads gRPC and what serves with it: more than half of the time until a proxy could listen. */
export async function loadProxyServers({ source, key, listener, ...parts }: ProxyServersParts): Promise<ProxyServers> {
  const { startTimeoutMs, isShared, unusedConnectionMs, clock, random, logger } = parts;
  const [grpc, { CallRouter }, { metricsPage }, { ProxyCounters }, { RawServer }, { ReadySessions }, { SingleClient }] =
    await Promise.all([
      import('@grpc/grpc-js'),
      import('./call-router.ts'),
      import('./metrics-page.ts'),
      import('./proxy-counters.ts'),
      import('./raw-server.ts'),
      import('./ready-sessions.ts'),
      import('./single-client.ts'),
    ]);
  const counters = new ProxyCounters();
  const sessions = new ReadySessions({ source, startTimeoutMs, grpc, clock, random, counters });
  const isOurHost = (authority: string): boolean => listener.isOurHost(authority);
  const shared = { key, isOurHost, sessions, counters };
  const singleClient = isShared ? undefined : new SingleClient((peer) => listener.isConnected(peer));
  const router = new CallRouter({ ...shared, singleClient, clock, logger });
  const page = metricsPage({ ...shared, status: source.status?.bind(source) }).setTimeout(unusedConnectionMs);
  const server = new RawServer(grpc, (path, call) => void router.serve(path, call), unusedConnectionMs);
  return {
    grpc: (socket) => server.take(socket),
    http: (socket) => page.emit('connection', socket),
    close: () => {
      server.close();
      sessions.close();
    },
  };
}
