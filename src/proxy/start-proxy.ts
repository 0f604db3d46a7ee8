import { systemRandom, systemClock, silentLogger } from '../session/system-ports.ts';
import type { Clock, Random } from '../contract/ports.ts';
import type { ProxyOptions, SparkConnectProxy } from '../contract/spark-connect-proxy.ts';
import { KEY_METADATA, ProxyKey } from './proxy-key.ts';
import { ProxyListener, UNUSED_CONNECTION_MS } from './proxy-listener.ts';
import { loadProxyServers } from './proxy-servers.ts';
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
  const { proxy, loaded } = await listenAsProxy(source, options, ports);
  await loaded.catch(async (error: unknown) => {
    await proxy.close();
    throw error;
  });
  return proxy;
}

/**
 * Starts a proxy that listens before it has loaded what serves: a client that is started now loads at the same time. What connects
 * earlier waits until `loaded`.
 * @throws SessionError `config-invalid` when it cannot listen.
 */
export async function listenAsProxy(
  source: SessionSource,
  options: ProxyOptions = {},
  ports: ProxyPorts = { clock: systemClock, random: systemRandom },
): Promise<{ readonly proxy: SparkConnectProxy; readonly loaded: Promise<unknown> }> {
  const { port = 0, startTimeoutMs = START_TIMEOUT_MS, listen, logger = silentLogger } = options;
  const { clock, random, unusedConnectionMs = UNUSED_CONNECTION_MS } = ports;
  const listener = await ProxyListener.open({ port, listen });
  const key = listener.token ?? options.key ?? random.hex(KEY_DIGITS);
  const loaded = loadProxyServers({
    source,
    key: new ProxyKey(key),
    listener,
    startTimeoutMs,
    isShared: options.share === true,
    unusedConnectionMs,
    clock,
    random,
    logger,
  });
  listener.serve(loaded, unusedConnectionMs);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      await listener.close();
      const servers = await loaded.catch(() => undefined);
      servers?.close();
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
  return { proxy: Object.freeze(proxy) as SparkConnectProxy, loaded };
}
