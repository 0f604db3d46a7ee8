import {
  METRICS,
  type CounterName,
  type HistogramName,
  type MetricFacts,
  type MetricName,
} from '../contract/metrics.ts';
import type { Metrics } from '../contract/ports.ts';
import { SCOPE_NAME, type OpenTelemetryApi } from './otel-tracer.ts';

type Meter = ReturnType<OpenTelemetryApi['metrics']['getMeter']>;
type Counter = ReturnType<Meter['createUpDownCounter']>;
type Histogram = ReturnType<Meter['createHistogram']>;

/**
 * Metrics of OpenTelemetry. Instruments are made at their first value, and again when another SDK is registered: before an SDK is
 * registered, the API hands out instruments that stay silent for ever.
 */
export function otelMetrics({ metrics }: OpenTelemetryApi): Metrics {
  let provider: unknown;
  let instruments = new Map<MetricName, Counter | Histogram>();
  const instrument = (name: MetricName): Counter | Histogram => {
    const current = metrics.getMeterProvider();
    if (current !== provider) {
      provider = current;
      instruments = new Map();
    }
    let found = instruments.get(name);
    if (found === undefined) {
      found = create(current.getMeter(SCOPE_NAME), name);
      instruments.set(name, found);
    }
    return found;
  };
  return {
    add: (name: CounterName, amount, attributes) => {
      (instrument(name) as Counter).add(amount, attributes);
    },
    record: (name: HistogramName, value, attributes) => {
      (instrument(name) as Histogram).record(value, attributes);
    },
  };
}

function create(meter: Meter, name: MetricName): Counter | Histogram {
  const { kind, unit, description, boundaries }: MetricFacts = METRICS[name];
  if (kind === 'counter') return meter.createCounter(name, { unit, description });
  if (kind === 'up-down-counter') return meter.createUpDownCounter(name, { unit, description });
  const advice = { explicitBucketBoundaries: [...(boundaries ?? [])] };
  return meter.createHistogram(name, { unit, description, advice });
}
