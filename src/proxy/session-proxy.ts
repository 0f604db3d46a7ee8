import type { CallContext } from '../contract/call-context.ts';
import type { Clock, Logger } from '../contract/ports.ts';
import type { ProxyOptions, SparkConnectProxy } from '../contract/spark-connect-proxy.ts';
import type { ProxySubject } from '../session/proxied-session.ts';
import { endedError } from '../session/session-errors.ts';
import { RefreshingEndpoint } from '../spark-connect/refreshing-endpoint.ts';
import { untilEndpoint } from '../spark-connect/until-endpoint.ts';
import type { ProxiedSession } from './session-source.ts';
import { startProxy, type ProxyPorts } from './start-proxy.ts';

/** A token is requested for all who wait for it. The layers give each such call its own deadline. */
const SHARED_CALL: CallContext = {
  signal: new AbortController().signal,
  deadline: Number.POSITIVE_INFINITY,
  attempt: 1,
};

/** A session as the proxy uses it. */
export function proxiedSession(
  session: ProxySubject,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): ProxiedSession {
  return {
    handle: session.handle,
    endpoint: new RefreshingEndpoint({ ask: () => session.endpoint(SHARED_CALL), clock, logger }),
    async ended() {
      const { state } = await session.refresh();
      return state === 'terminated' || state === 'failed' ? endedError(session, 'proxy') : undefined;
    },
  };
}

/** Waits until a session is ready and has an endpoint. Cheap from then on. @throws SessionError why it is not. */
export async function untilProxied(
  session: ProxySubject,
  { endpoint }: ProxiedSession,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  await session.whenReady({ signal, timeoutMs: Number.POSITIVE_INFINITY });
  await untilEndpoint(() => endpoint.get(), clock, { signal });
}

/** Opens a proxy to one session. Closing it leaves the session alone. */
export function openSessionProxy(
  session: ProxySubject,
  options: ProxyOptions,
  ports: ProxyPorts & { readonly logger: Logger },
): Promise<SparkConnectProxy> {
  const proxied = proxiedSession(session, ports);
  const source = {
    async get(_client: unknown, signal: AbortSignal) {
      await untilProxied(session, proxied, ports.clock, signal);
      return proxied;
    },
    state: () => `${session.status.state} (${session.status.nativeState})`,
    close: async () => {},
  };
  return startProxy(source, { logger: ports.logger, ...options }, ports);
}
