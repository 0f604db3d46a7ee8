import type { Clock, Random, Tracer } from '../../contract/ports.ts';
import type { RateBudget } from '../../watch/rate-budget.ts';
import { capabilityCheckLayer, type ProvidersWith } from './capability-check.ts';
import { deadlineLayer } from './deadline.ts';
import { errorContextLayer } from './error-context.ts';
import type { Layer } from './layer.ts';
import { rateBudgetLayer } from './rate-budget.ts';
import { retryLayer } from './retry.ts';
import { traceLayer } from './trace.ts';

/** What the layers need of the world outside. */
export interface LayerPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly tracer: Tracer;
  readonly budget: RateBudget;
  readonly providersWith: ProvidersWith;
}

/** All layers in their one order, the outermost first (C-100). */
export function standardLayers({ clock, random, tracer, budget, providersWith }: LayerPorts): readonly Layer[] {
  return [
    traceLayer(tracer),
    errorContextLayer(),
    capabilityCheckLayer(providersWith),
    deadlineLayer(clock),
    retryLayer(clock, random),
    rateBudgetLayer(budget),
  ];
}
