import type { ContainerModuleLoadOptions, ServiceIdentifier } from 'inversify';
import { Batches } from '../batch/batches.ts';
import { layeredBatchProvider } from '../batch/layered-batch-provider.ts';
import type { AnyPlugin, BatchPlugin } from '../contract/provider-plugin.ts';
import { SessionError } from '../contract/session-error.ts';
import { commonLayers } from '../session/layers/standard-layers.ts';
import { PollingWatcher } from '../watch/polling-watcher.ts';
import { RateBudget } from '../watch/rate-budget.ts';
import {
  BATCH_ADAPTER,
  BATCH_PROVIDER,
  BATCHES,
  CLOCK,
  ENVIRONMENT_CONFIG,
  LOGGER,
  PROVIDER_ADAPTER,
  RANDOM,
  RATE_BUDGET,
  SESSION_PROVIDER,
  SESSIONS,
  TRACER,
} from './tokens.ts';

const SESSION_TOKENS: readonly ServiceIdentifier[] = [SESSIONS, SESSION_PROVIDER, PROVIDER_ADAPTER];
const BATCH_TOKENS: readonly ServiceIdentifier[] = [BATCHES, BATCH_PROVIDER, BATCH_ADAPTER];

/** From a plugin of run batches to the facade; whoever asks for sessions is told where to go. */
export function bindBatches(plugin: BatchPlugin, providerConfig: unknown) {
  return ({ bind }: ContainerModuleLoadOptions): void => {
    bind(BATCH_ADAPTER).toResolvedValue(
      (clock, random, logger) => plugin.createBatches(providerConfig, { clock, random, logger }),
      [CLOCK, RANDOM, LOGGER],
    );
    bind(RATE_BUDGET).toResolvedValue(
      (clock, adapter) => new RateBudget(clock, adapter.capabilities.callsPerSecond),
      [CLOCK, BATCH_ADAPTER],
    );
    bind(BATCH_PROVIDER).toResolvedValue(
      (adapter, clock, random, tracer, budget) =>
        layeredBatchProvider(adapter, commonLayers({ clock, random, tracer, budget })),
      [BATCH_ADAPTER, CLOCK, RANDOM, TRACER, RATE_BUDGET],
    );
    bind(BATCHES).toResolvedValue(
      ({ environment, owner }, provider, clock, random, logger) => {
        const watcher = new PollingWatcher({ provider, clock, random, logger });
        return new Batches({ environment, owner, provider, watcher, clock, random, logger });
      },
      [ENVIRONMENT_CONFIG, BATCH_PROVIDER, CLOCK, RANDOM, LOGGER],
    );
    for (const token of SESSION_TOKENS) {
      bind(token).toDynamicValue(() => refuse(plugin, 'sessions', 'openBatches'));
    }
  };
}

/** What a container of sessions says to whoever asks it for batches. */
export function bindNoBatches(plugin: AnyPlugin) {
  return ({ bind }: ContainerModuleLoadOptions): void => {
    for (const token of BATCH_TOKENS) {
      bind(token).toDynamicValue(() => refuse(plugin, 'run batches', 'openSessions'));
    }
  };
}

function refuse({ id }: AnyPlugin, what: string, instead: string): never {
  throw new SessionError('unsupported', `provider '${id}' has no ${what}; open its environment with ${instead}()`, {
    operation: 'open',
    provider: id,
  });
}
