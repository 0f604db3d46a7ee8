import type { Metrics, Tracer } from '../contract/ports.ts';
import { requireFromWorkingFolder, requirePeer } from '../provider-kit/load-peer.ts';
import { otelMetrics } from './otel-metrics.ts';
import { otelTracer, type OpenTelemetryApi } from './otel-tracer.ts';

const API = '@opentelemetry/api';

/** What `openSessions` and `openBatches` take. */
export interface OpenTelemetry {
  readonly tracer: Tracer;
  readonly metrics: Metrics;
}

/**
 * Sends spans and metrics to the OpenTelemetry SDK that your program registers: `openSessions({ ...(await openTelemetry()) })`.
 * Spans start below the span that is active in your program. Without a registered SDK nothing is recorded.
 * No span or metric has the text of a statement, a parameter or a token.
 * @throws SessionError `config-invalid` with the install line when `@opentelemetry/api` is not installed.
 */
export async function openTelemetry(): Promise<OpenTelemetry> {
  const api = await loadApi();
  return { tracer: otelTracer(api), metrics: otelMetrics(api) };
}

async function loadApi(): Promise<OpenTelemetryApi> {
  let cause: unknown;
  try {
    const own = requirePeer(API) as OpenTelemetryApi | undefined;
    return own ?? (await import('@opentelemetry/api'));
  } catch (error) {
    cause = error;
  }
  return requireFromWorkingFolder(cause, API) as OpenTelemetryApi;
}
