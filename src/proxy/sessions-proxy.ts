import type { SparkConnectProxy } from '../contract/spark-connect-proxy.ts';
import type { SessionsProxyOptions } from '../session/proxied-session.ts';
import type { Session } from '../session/session.ts';
import type { StartOptions } from '../session/start-options.ts';
import type { ProvisionOptions } from './provisioned-session.ts';
import { ProvisionedSessions } from './provisioned-sessions.ts';
import { startProxy, type ProxyPorts } from './start-proxy.ts';

/** Opens a proxy that starts sessions when they are needed. Closing it closes them: what this process holds ends. */
export function openSessionsProxy(
  startSession: (options: StartOptions) => Promise<Session>,
  { start = {}, per, onLost, lingerMs, ...options }: SessionsProxyOptions,
  ports: ProxyPorts & Pick<ProvisionOptions, 'logger'>,
): Promise<SparkConnectProxy> {
  const open = (identity: string | undefined, signal: AbortSignal): Promise<Session> => {
    const { key } = start;
    const own = key === undefined || identity === undefined ? key : `${key}/${identity}`;
    return startSession({ restart: key === undefined ? undefined : true, ...start, key: own, signal });
  };
  const source = new ProvisionedSessions({ ...ports, open, onLost, lingerMs }, per);
  // Clients of one user are asked for as one.
  return startProxy(source, { logger: ports.logger, share: per === 'user', ...options }, ports);
}
