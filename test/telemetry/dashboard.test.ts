import { metrics } from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METRICS, type MetricAttributes, type MetricFacts, type MetricName } from '../../src/contract/metrics.ts';
import { openTelemetry } from '../../src/telemetry/index.ts';

interface Dashboard {
  readonly templating: { readonly list: readonly { readonly query: string | { readonly query: string } }[] };
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}

const FILE = new URL('../../examples/grafana/anysession-dashboard.json', import.meta.url);
const dashboard = JSON.parse(readFileSync(FILE, 'utf8')) as Dashboard;
const queries = [
  ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ...dashboard.templating.list.flatMap(({ query }) => (typeof query === 'string' ? [] : [query.query])),
];

/** The names of series that a query reads, each as a pattern of the whole name. */
function namesIn(query: string): readonly RegExp[] {
  const patterns = [...query.matchAll(/__name__=~"([^"]+)"/g)].map(([, pattern = '']) => pattern);
  const plain = [...query.matchAll(/\b(anysession_\w+)(?=\{|,)(?!,anysession)/g)].map(([, name = '']) => name);
  const isVariable = query.startsWith('label_values');
  const names = isVariable ? plain.slice(0, 1) : plain.filter((name) => query.includes(`${name}{`));
  return [...patterns, ...names].map((pattern) => new RegExp(`^(?:${pattern})$`));
}

/** The labels that a query filters or groups by. */
function labelsIn(query: string): readonly string[] {
  const filters = [...query.matchAll(/(\w+)(?==~?")/g)].map(([name]) => name);
  const groups = [...query.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/));
  const values = [...query.matchAll(/label_values\(\w+, (\w+)\)/g)].map(([, name = '']) => name);
  return [...filters, ...groups, ...values].filter((name) => name !== '__name__');
}

/** The suffix of a unit by which Prometheus and the OpenTelemetry Collector extend a name. Units in braces have none. */
const UNIT_SUFFIXES: Readonly<Record<string, string>> = { s: '_seconds', h: '_hours' };

/**
 * The series of a metric in Prometheus when it comes over OTLP.
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/ (read 2026-11-30)
 */
function seriesOverOtlp(name: string, { kind, unit }: MetricFacts): readonly string[] {
  const base = `${name.replaceAll('.', '_')}${UNIT_SUFFIXES[unit] ?? ''}`;
  if (kind === 'histogram') return ['_bucket', '_count', '_sum'].map((suffix) => base + suffix);
  return [kind === 'counter' ? `${base}_total` : base];
}

describe('the Grafana dashboard', () => {
  const exporter = new PrometheusExporter({ port: 0, host: '127.0.0.1', preventServerStart: true });
  const provider = new MeterProvider({ readers: [exporter] });
  /** The labels of each series that the Prometheus exporter of OpenTelemetry serves. */
  const served = new Map<string, ReadonlySet<string>>();
  const rows = Object.entries<MetricFacts>(METRICS);

  beforeAll(async () => {
    metrics.setGlobalMeterProvider(provider);
    const { metrics: own } = await openTelemetry();
    for (const [name, { kind, attributes }] of rows) {
      const values = Object.fromEntries(attributes.map((attribute) => [attribute, 'some'])) as MetricAttributes;
      const record = (kind === 'histogram' ? own.record : own.add) as (
        name: MetricName,
        value: number,
        attributes: MetricAttributes,
      ) => void;
      record(name as MetricName, 1, values);
    }
    const text = await new Promise<string>((resolve) => {
      const response = { statusCode: 0, setHeader: () => {}, end: resolve };
      exporter.getMetricsRequestHandler({} as never, response as never);
    });
    for (const [, name = '', labels = ''] of text.matchAll(/^(anysession_\w+)\{(.*)\} /gm)) {
      served.set(name, new Set([...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label)));
    }
  });

  afterAll(async () => {
    metrics.disable();
    await provider.shutdown();
  });

  it('has queries, and the exporter serves every metric', () => {
    expect(queries.length).toBeGreaterThan(10);
    expect(served.size).toBeGreaterThan(rows.length);
  });

  it.each(queries)('reads series that exist, by labels that they have: %s', (query) => {
    const patterns = namesIn(query);
    expect(patterns).toHaveLength(1);
    const [pattern] = patterns;
    const found = [...served].filter(([name]) => pattern?.test(name));
    expect(found.map(([name]) => name)).toHaveLength(1);
    const [, labels] = found[0] ?? ['', new Set<string>()];
    expect(labelsIn(query).filter((label) => !labels.has(label))).toEqual([]);
    // The same metric, and no other one, over OTLP.
    const overOtlp = rows.flatMap(([name, facts]) => seriesOverOtlp(name, facts)).filter((name) => pattern?.test(name));
    expect(overOtlp).toHaveLength(1);
  });

  it.each(rows)('shows %s', (name, facts) => {
    const series = seriesOverOtlp(name, facts);
    expect(
      queries.filter((query) => namesIn(query).some((pattern) => series.some((one) => pattern.test(one)))),
    ).not.toEqual([]);
  });
});
