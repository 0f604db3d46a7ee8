// Spans and metrics of anysession in OpenTelemetry. Here the SDK keeps them in memory; in production it sends them to your collector.
import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
// region guide
import { openSessions } from 'anysession';
import { openTelemetry } from 'anysession/opentelemetry';
import { local } from 'anysession/providers/local';

async function report(): Promise<void> {
  await using sessions = await openSessions({ provider: local(), ...(await openTelemetry()) });
  await using session = await sessions.start({ name: 'nightly' });
  console.log(await (await session.sql('SELECT 42 AS answer')).rows());
}
// endregion

const finished = new InMemorySpanExporter();
const measured = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter: measured });
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(finished)] }));
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));

await trace.getTracer('report').startActiveSpan('nightly report', async (span) => {
  await report();
  span.end();
});
await reader.forceFlush();

const spans = finished.getFinishedSpans();
function print(parentId: string | undefined, indent = ''): void {
  for (const span of spans.filter(({ parentSpanContext }) => parentSpanContext?.spanId === parentId)) {
    console.log(`${indent}${span.name}`);
    print(span.spanContext().spanId, `${indent}  `);
  }
}
print(undefined);
for (const { descriptor } of measured.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics[0]?.metrics ?? []))
  console.log(`${descriptor.name} (${descriptor.unit})`);
await reader.shutdown();
