import type { Clock, Logger, Metrics, Random, Tracer } from '../../contract/ports.ts';
import type { RateBudget } from '../../watch/rate-budget.ts';
import { capabilityCheckLayer, type ProvidersWith } from './capability-check.ts';
import { deadlineLayer } from './deadline.ts';
import { errorContextLayer } from './error-context.ts';
import { inputCheckLayer } from './input-check.ts';
import type { AnyLayer, Layer } from './layer.ts';
import { rateBudgetLayer } from './rate-budget.ts';
import { RetryReports } from './retry-reports.ts';
import { retryLayer } from './retry.ts';
import { silentLogger, silentMetrics } from '../system-ports.ts';
import { traceLayer } from './trace.ts';

/** What the layers need that sessions and batches share. */
export interface CommonLayerPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly tracer: Tracer;
  /** Silent by default. */
  readonly logger?: Logger;
  /** Silent by default. */
  readonly metrics?: Metrics;
  readonly budget: RateBudget;
}

/** What the layers need of the world outside. */
export interface LayerPorts extends CommonLayerPorts {
  readonly providersWith: ProvidersWith;
}

/** All layers in their one order, the outermost first (C-100). */
export function standardLayers({ providersWith, ...ports }: LayerPorts): readonly Layer[] {
  const [trace, errorContext, ...inner] = commonLayers(ports);
  return [trace, errorContext, capabilityCheckLayer(providersWith), ...inner];
}

/** The same without the check of a session's capabilities: the limits of batches are checked where their runs are read. */
export function commonLayers({
  clock,
  random,
  tracer,
  logger = silentLogger,
  metrics = silentMetrics,
  budget,
}: CommonLayerPorts): readonly [AnyLayer, AnyLayer, ...AnyLayer[]] {
  return [
    traceLayer(clock, tracer, metrics, logger),
    errorContextLayer(),
    inputCheckLayer(),
    deadlineLayer(clock),
    retryLayer(clock, random, new RetryReports(clock, logger, metrics)),
    rateBudgetLayer(budget, clock, metrics),
  ];
}
