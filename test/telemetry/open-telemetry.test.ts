import { context, metrics, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, describe, expect, it } from 'vitest';
import { METRICS } from '../../src/contract/metrics.ts';
import { openSessions } from '../../src/open-sessions.ts';
import { local } from '../../providers/local/index.ts';
import { openTelemetry } from '../../src/telemetry/index.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { failureOf } from '../failure-of.ts';
import { startOtlpReceiver } from './otlp-receiver.ts';

/** The real SDK, registered for the program as an application does it. */
function registerSdk() {
  const spans = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  const measured = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: measured, exportIntervalMillis: 3_600_000 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(tracerProvider);
  metrics.setGlobalMeterProvider(meterProvider);
  const points = async () => {
    await reader.forceFlush();
    const [last] = measured.getMetrics().slice(-1);
    return (last?.scopeMetrics ?? []).flatMap((scope) => scope.metrics);
  };
  return { spans, points, tracerProvider, meterProvider };
}

afterEach(() => {
  for (const api of [context, trace, metrics, propagation]) api.disable();
});

/** The spans below a span, by name, each once. */
function below(spans: readonly ReadableSpan[], parent: ReadableSpan | undefined): string[] {
  const id = parent?.spanContext().spanId;
  return [...new Set(spans.filter((span) => span.parentSpanContext?.spanId === id).map(({ name }) => name))];
}

describe('openTelemetry', { timeout: 30_000 }, () => {
  it('puts the spans of a session below the active span of the program, and those of calls below them', async () => {
    const { spans } = registerSdk();
    const tracer = trace.getTracer('application');
    await tracer.startActiveSpan('report', async (report) => {
      await using sessions = await openSessions({ provider: local(), ...(await openTelemetry()) });
      await using session = await sessions.start();
      await (await session.sql('SELECT 1 AS one')).rows();
      await session.terminate();
      report.end();
    });
    const all = spans.getFinishedSpans();
    const named = (name: string): ReadableSpan | undefined => all.find((span) => span.name === name);
    expect(new Set(all.map((span) => span.spanContext().traceId)).size).toBe(1);
    expect(below(all, named('report'))).toEqual([
      'anysession.session.start',
      'anysession.statement',
      'anysession.session.terminate',
    ]);
    expect(below(all, named('anysession.session.start'))).toEqual(['anysession.start']);
    expect(below(all, named('anysession.statement'))).toEqual(['anysession.session.wait', 'anysession.execute']);
    expect(below(all, named('anysession.session.wait'))).toEqual(['anysession.describe']);
    expect(named('anysession.statement')).toMatchObject({
      kind: SpanKind.INTERNAL,
      attributes: { 'anysession.provider': 'local', 'anysession.session': expect.any(String) },
      instrumentationScope: { name: 'anysession' },
    });
    expect(named('anysession.execute')?.kind).toBe(SpanKind.CLIENT);
    expect(named('anysession.statement')?.events.map(({ attributes }) => attributes?.['state'])).toEqual([
      'running',
      'succeeded',
    ]);
  });

  it('marks a failed statement with its kind and codes, and has nothing of its text', async () => {
    const { spans, points } = registerSdk();
    {
      await using sessions = await openSessions({ provider: local(), ...(await openTelemetry()) });
      await using session = await sessions.start();
      const { kind } = await failureOf(session.sql("SELECT sesame FROM nowhere WHERE x = 'open sesame'"));
      expect(kind).toBe('invalid-request');
    }
    const failed = spans.getFinishedSpans().filter(({ status }) => status.code === SpanStatusCode.ERROR);
    expect(failed.map(({ name }) => name)).toEqual(['anysession.execute', 'anysession.statement']);
    expect(failed[1]).toMatchObject({
      attributes: { 'error.type': 'invalid-request', 'anysession.error.effect': expect.any(String) },
      events: expect.arrayContaining([expect.objectContaining({ name: 'exception' })]),
    });
    const shown = spans
      .getFinishedSpans()
      .map(({ name, attributes, events, status }) => [name, attributes, events, status]);
    expect(JSON.stringify([shown, await points()])).not.toMatch(/sesame|nowhere/);
  });

  it('keeps the message of an error that is not about the text of a statement', async () => {
    const { spans } = registerSdk();
    const { tracer } = await openTelemetry();
    const error = new SessionError('unavailable', 'the service is away', {
      operation: 'describe',
      native: { code: 'ServiceUnavailable', requestId: 'r-1' },
    });
    tracer.startSpan('anysession.describe', {}).end(error);
    tracer.startSpan('anysession.describe', {}).end('thrown');
    const [ours, other] = spans.getFinishedSpans();
    expect(ours).toMatchObject({
      status: { code: SpanStatusCode.ERROR, message: 'the service is away' },
      attributes: {
        'error.type': 'unavailable',
        'anysession.error.code': 'ServiceUnavailable',
        'anysession.error.request_id': 'r-1',
      },
    });
    expect(other).toMatchObject({ attributes: { 'error.type': 'internal' } });
  });

  it('records metrics with their units, descriptions and buckets', async () => {
    const { points } = registerSdk();
    const { metrics: own } = await openTelemetry();
    await using sessions = await openSessions({ provider: local(), metrics: own });
    const session = await sessions.start();
    await (await session.sql('SELECT 1')).rows();
    const [live, calls, statements] = await Promise.all(
      ['anysession.session.live', 'anysession.call.duration', 'anysession.statement.duration'].map(async (name) =>
        (await points()).find(({ descriptor }) => descriptor.name === name),
      ),
    );
    expect(live).toMatchObject({ descriptor: { unit: '{session}' }, dataPoints: [{ value: 1 }] });
    expect(calls?.descriptor).toMatchObject({
      unit: 's',
      description: METRICS['anysession.call.duration'].description,
      advice: { explicitBucketBoundaries: METRICS['anysession.call.duration'].boundaries },
    });
    expect(calls?.dataPoints.map(({ attributes }) => attributes['anysession.operation'])).toEqual([
      'start',
      'describe',
      'execute',
    ]);
    expect(statements?.dataPoints).toMatchObject([{ value: { count: 1 } }]);
  });

  it('records in an SDK that is registered later', async () => {
    const { metrics: own } = await openTelemetry();
    const place = { 'anysession.provider': 'local', 'anysession.scope': 'here' };
    own.add('anysession.session.live', 1, place);
    const { points } = registerSdk();
    own.add('anysession.session.live', 1, place);
    expect(await points()).toMatchObject([{ dataPoints: [{ value: 1 }] }]);
  });

  it('does nothing where no SDK is registered', async () => {
    await using sessions = await openSessions({ provider: local(), ...(await openTelemetry()) });
    await using session = await sessions.start();
    expect(await (await session.sql('SELECT 1 AS one')).rows()).toEqual([{ one: 1 }]);
  });

  it('arrives at an OTLP/HTTP receiver', async () => {
    const receiver = await startOtlpReceiver();
    const traceExporter = new OTLPTraceExporter({ url: `${receiver.url}/v1/traces` });
    const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(traceExporter)] });
    const exporter = new OTLPMetricExporter({ url: `${receiver.url}/v1/metrics` });
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const meterProvider = new MeterProvider({ readers: [reader] });
    trace.setGlobalTracerProvider(tracerProvider);
    metrics.setGlobalMeterProvider(meterProvider);
    {
      await using sessions = await openSessions({ provider: local(), ...(await openTelemetry()) });
      await using session = await sessions.start();
      await (await session.sql('SELECT 1')).rows();
    }
    await tracerProvider.shutdown();
    await meterProvider.shutdown();
    await receiver.close();
    const sent = (path: string): string => JSON.stringify(receiver.requests.filter((one) => one.path === path));
    expect(sent('/v1/traces')).toMatch(/"name":"anysession\.statement"/);
    expect(sent('/v1/metrics')).toMatch(/"name":"anysession\.call\.duration"/);
    expect(sent('/v1/metrics')).toMatch(/"name":"anysession\.session\.live"/);
  });
});
