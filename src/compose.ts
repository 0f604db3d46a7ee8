import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ConfigRequest, EnvironmentConfig } from './config/config-options.ts';
import { providersWith } from './config/plugin-catalog.ts';
import type { BatchProvider } from './contract/batch-provider.ts';
import type { Clock, Logger, Metrics, Random, RequestObserver, Tracer } from './contract/ports.ts';
import { isBatchPlugin, type AnyPlugin } from './contract/provider-plugin.ts';
import { SessionError } from './contract/session-error.ts';
import type { SessionProvider } from './contract/session-provider.ts';
import type { SparkConnectFactory, SparkConnectRunner } from './contract/spark-connect.ts';
import type { Watcher } from './contract/watcher.ts';
import type { OpenPorts } from './open-request.ts';
import { Holders } from './ownership/holders.ts';
import { ensurePrivateFolder, stateFolder } from './ownership/state-folder.ts';
import { layeredProvider } from './session/layers/layered-provider.ts';
import { standardLayers } from './session/layers/standard-layers.ts';
import type { OpenProxy } from './session/proxied-session.ts';
import { Sessions, type OpenSessionsProxy } from './session/sessions.ts';
import { silentLogger, silentMetrics, silentTracer, systemClock, systemRandom } from './session/system-ports.ts';
import { sparkConnectFactory } from './spark-connect/spark-connect-factory.ts';
import { environmentLogger } from './telemetry/environment-logger.ts';
import { FolderNeighbours } from './watch/neighbours.ts';
import { RateBudget } from './watch/rate-budget.ts';
import { sessionPoller } from './watch/session-poller.ts';
import { StartTimes, startTimesFolder } from './watch/start-times.ts';

/** The ports that all parts share. */
export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly tracer: Tracer;
  readonly metrics: Metrics;
  readonly requests?: RequestObserver | undefined;
}

/**
 * The machine's clock and randomness with the caller's logger, tracer and metrics. Without a logger, `ANYSESSION_LOG` decides.
 * @throws SessionError `config-invalid` for a wrong value of that variable.
 */
export function systemPorts({
  env = process.env,
  logger = environmentLogger(env) ?? silentLogger,
  tracer = silentTracer,
  metrics = silentMetrics,
  requests,
}: OpenPorts & Pick<ConfigRequest, 'env'> = {}): Ports {
  return { clock: systemClock, random: systemRandom, logger, tracer, metrics, requests };
}

/** Wires the parts of `Sessions`. No part does I/O or loads an SDK before its first call. */
export function composeSessions(config: EnvironmentConfig, ports: Ports): Sessions {
  const { clock, random, logger, tracer, metrics, requests } = ports;
  const sparkConnect = createSparkConnect(clock, random, logger);
  const adapter = createAdapter(config, clock, random, logger, sparkConnect, requests);
  const budget = createRateBudget(ports, adapter);
  const provider = createProvider(adapter, clock, random, tracer, budget, logger, metrics);
  const runner = createSparkConnectRunner(provider, sparkConnect);
  const watcher = createWatcher(provider, clock, random, logger, budget);
  const holders = createHolders(clock, random, logger);
  return createSessions(config, provider, runner, watcher, holders, clock, random, logger, tracer, metrics);
}

/** The factory of Spark Connect runners. */
export function createSparkConnect(clock: Clock, random: Random, logger: Logger): SparkConnectFactory {
  return sparkConnectFactory({ clock, random, logger });
}

/** The configured provider without layers. @throws SessionError `unsupported` for a provider of run batches. */
export function createAdapter(
  { plugin, providerConfig }: Pick<EnvironmentConfig, 'plugin' | 'providerConfig'>,
  clock: Clock,
  random: Random,
  logger: Logger,
  sparkConnect: SparkConnectFactory,
  requests: RequestObserver | undefined,
): SessionProvider {
  if (isBatchPlugin(plugin)) throw wrongKind(plugin, 'run batches, not sessions', 'openBatches');
  return plugin.create(providerConfig, { clock, random, logger, sparkConnect, ...(requests && { requests }) });
}

/** The error for a provider that runs something else. */
export function wrongKind({ id }: AnyPlugin, runs: string, instead: string): SessionError {
  return new SessionError('unsupported', `${id} has ${runs}. Use ${instead}().`, { operation: 'open', provider: id });
}

/** The rate budget of a provider, which the processes of this user on this host share. */
export function createRateBudget(
  { clock, logger }: Pick<Ports, 'clock' | 'logger'>,
  { id, scope, capabilities }: Pick<SessionProvider | BatchProvider, 'id' | 'scope' | 'capabilities'>,
): RateBudget {
  const folder = (): string => {
    const path = join(
      stateFolder(),
      'budgets',
      createHash('sha256').update(`${id}\0${scope}`).digest('hex').slice(0, 16),
    );
    ensurePrivateFolder(path);
    return path;
  };
  // Other processes do not live on a clock of a caller's own.
  if (clock !== systemClock) return new RateBudget(clock, capabilities.callsPerSecond);
  return new RateBudget(clock, capabilities.callsPerSecond, {
    neighbours: new FolderNeighbours({ folder, clock }),
    logger,
  });
}

/** The provider with all layers. */
export function createProvider(
  adapter: SessionProvider,
  clock: Clock,
  random: Random,
  tracer: Tracer,
  budget: RateBudget,
  logger: Logger = silentLogger,
  metrics: Metrics = silentMetrics,
): SessionProvider {
  return layeredProvider(adapter, standardLayers({ clock, random, tracer, logger, metrics, budget, providersWith }));
}

/** Runs SQL through the provider's endpoints, if it has any. The calls for tokens go through the layers: they are retried and budgeted. */
export function createSparkConnectRunner(
  provider: SessionProvider,
  sparkConnect: SparkConnectFactory,
): SparkConnectRunner | undefined {
  const endpointOf = provider.endpoint?.bind(provider);
  return endpointOf && sparkConnect(endpointOf);
}

/** Polls sessions while somebody waits for them. */
export function createWatcher(
  provider: SessionProvider,
  clock: Clock,
  random: Random,
  logger: Logger,
  budget: RateBudget,
): Watcher {
  return sessionPoller({ provider, clock, random, logger, budget });
}

/** Who holds which session on this host. Reads and writes nothing before the first start. */
export function createHolders(clock: Clock, random: Random, logger: Logger): Holders {
  return new Holders({ folder: join(stateFolder(), 'holders'), clock, random, logger });
}

/** The facade. */
export function createSessions(
  { environment, owner, session: defaults, prices, maxSpend }: EnvironmentConfig,
  provider: SessionProvider,
  sparkConnect: SparkConnectRunner | undefined,
  watcher: Watcher,
  holders: Holders,
  clock: Clock,
  random: Random,
  logger: Logger,
  tracer: Tracer = silentTracer,
  metrics: Metrics = silentMetrics,
): Sessions {
  const ports = { clock, random, logger, tracer, metrics, holders };
  const settings = { environment, owner, defaults, prices, maxSpend };
  // An engine of this process starts at once and is polled at once.
  const { outlivesProcess } = provider.capabilities;
  const startTimes = outlivesProcess
    ? new StartTimes(ports, startTimesFolder({ env: process.env, home: homedir() }))
    : undefined;
  const proxies = createProxyOpeners({ clock, random, logger });
  return new Sessions({
    ...ports,
    ...settings,
    startTimes,
    provider,
    sparkConnect,
    ...proxies,
    watcher,
    providersWith,
  });
}

/** Open proxies. The proxy loads with the first one. */
function createProxyOpeners(ports: Pick<Ports, 'clock' | 'random' | 'logger'>): {
  readonly openProxy: OpenProxy;
  readonly openSessionsProxy: OpenSessionsProxy;
} {
  return {
    async openProxy(session, options) {
      const { openSessionProxy } = await import('./proxy/session-proxy.ts');
      return openSessionProxy(session, options, ports);
    },
    async openSessionsProxy(start, options) {
      const { openSessionsProxy } = await import('./proxy/sessions-proxy.ts');
      return openSessionsProxy(start, options, ports);
    },
  };
}
