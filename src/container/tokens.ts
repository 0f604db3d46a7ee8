import type { Holders } from '../ownership/holders.ts';
import type { ServiceIdentifier } from 'inversify';
import type { Batches } from '../batch/batches.ts';
import type { BatchProvider } from '../contract/batch-provider.ts';
import type { Clock, Logger, Metrics, Random, RequestObserver, Tracer } from '../contract/ports.ts';
import type { SessionProvider } from '../contract/session-provider.ts';
import type { SparkConnectFactory, SparkConnectRunner } from '../contract/spark-connect.ts';
import type { Watcher } from '../contract/watcher.ts';
import type { EnvironmentConfig } from '../config/config-options.ts';
import type { Sessions } from '../session/sessions.ts';
import type { RateBudget } from '../watch/rate-budget.ts';

/** A token that knows its type: `container.get(token)` and dependency lists are checked by the compiler. */
const token = <T>(name: string): ServiceIdentifier<T> => Symbol.for(`anysession.${name}`);

/** Time. */
export const CLOCK = token<Clock>('Clock');
/** Randomness. */
export const RANDOM = token<Random>('Random');
/** Where messages for people go; silent unless rebound. */
export const LOGGER = token<Logger>('Logger');
/** Where spans go; silent unless rebound. */
export const TRACER = token<Tracer>('Tracer');
/** Where measurements go; silent unless rebound. */
export const METRICS = token<Metrics>('Metrics');
/** What sees each request to the service; `undefined` unless rebound. */
export const REQUESTS = token<RequestObserver | undefined>('Requests');
/** The chosen environment, parsed. */
export const ENVIRONMENT_CONFIG = token<EnvironmentConfig>('EnvironmentConfig');
/** The configured provider, bare: what a platform team replaces to bring its own. */
export const PROVIDER_ADAPTER = token<SessionProvider>('ProviderAdapter');
/** The configured provider through all layers: what code that needs a provider asks for. */
export const SESSION_PROVIDER = token<SessionProvider>('SessionProvider');
/** Makes Spark Connect clients: for the layered provider's endpoints, and for a provider whose own engine speaks it. */
export const SPARK_CONNECT = token<SparkConnectFactory>('SparkConnect');
/** Runs SQL in sessions that have an endpoint; `undefined` where the provider hands out none. */
export const SPARK_CONNECT_RUNNER = token<SparkConnectRunner | undefined>('SparkConnectRunner');
/** How fast the provider's service is called. */
export const RATE_BUDGET = token<RateBudget>('RateBudget');
/** How waiting looks at sessions. */
export const WATCHER = token<Watcher>('Watcher');
/** Who holds which session on this host. */
export const HOLDERS = token<Holders>('Holders');
/** The facade that users hold. */
export const SESSIONS = token<Sessions>('Sessions');
/** The configured provider of run batches, bare. */
export const BATCH_ADAPTER = token<BatchProvider>('BatchAdapter');
/** The configured provider of run batches through all layers. */
export const BATCH_PROVIDER = token<BatchProvider>('BatchProvider');
/** The facade of run batches that users hold. */
export const BATCHES = token<Batches>('Batches');
