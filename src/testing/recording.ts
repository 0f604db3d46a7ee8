import { AsyncLocalStorage } from 'node:async_hooks';
import type { MetricName } from '../contract/metrics.ts';
import type { Logger, Metrics, Span, SpanAttribute, Tracer } from '../contract/ports.ts';

/** One logged message. */
export interface LogEntry {
  readonly level: keyof Logger;
  readonly fields: object;
  readonly message: string;
}

/** A logger that records every message, in order. */
export class RecordingLogger implements Logger {
  readonly entries: LogEntry[] = [];

  readonly debug = this.#recorder('debug');
  readonly info = this.#recorder('info');
  readonly warn = this.#recorder('warn');
  readonly error = this.#recorder('error');

  /** The messages of one level. */
  messages(level: keyof Logger): readonly string[] {
    return this.entries.filter((entry) => entry.level === level).map((entry) => entry.message);
  }

  #recorder(level: keyof Logger): (fields: object, message: string) => void {
    return (fields, message) => void this.entries.push({ level, fields, message });
  }
}

/** One event of a {@link RecordedSpan}. */
export interface RecordedSpanEvent {
  readonly name: string;
  readonly attributes: Readonly<Record<string, SpanAttribute>>;
}

/** The span that new spans are below. */
const current = new AsyncLocalStorage<RecordedSpan>();

/** A recorded span. */
export class RecordedSpan implements Span {
  readonly name: string;
  readonly attributes: Readonly<Record<string, SpanAttribute>>;
  readonly events: RecordedSpanEvent[] = [];
  /** The span in whose `run` this one started. */
  readonly parent = current.getStore();
  /** How often the span was ended; any number but 1 is a bug. */
  endCount = 0;
  /** The error it was ended with. */
  error: unknown;

  constructor(name: string, attributes: Readonly<Record<string, SpanAttribute>>) {
    this.name = name;
    this.attributes = attributes;
  }

  event(name: string, attributes: Readonly<Record<string, SpanAttribute>> = {}): void {
    this.events.push({ name, attributes });
  }

  end(error?: unknown): void {
    this.endCount += 1;
    this.error = error;
  }

  run<Answer>(work: () => Answer): Answer {
    return current.run(this, work);
  }
}

/** A tracer that records every span, in the order of their starts. */
export class RecordingTracer implements Tracer {
  readonly spans: RecordedSpan[] = [];

  startSpan(name: string, attributes: Readonly<Record<string, SpanAttribute>>): RecordedSpan {
    const span = new RecordedSpan(name, attributes);
    this.spans.push(span);
    return span;
  }

  /** The spans that have not ended. */
  get openSpans(): readonly RecordedSpan[] {
    return this.spans.filter((span) => span.endCount === 0);
  }
}

/** One value that was added or recorded. */
export interface Measurement {
  readonly name: MetricName;
  readonly value: number;
  readonly attributes: Readonly<Record<string, string | undefined>>;
}

/** Metrics that record every value, in order. */
export class RecordingMetrics implements Metrics {
  readonly measurements: Measurement[] = [];

  readonly add: Metrics['add'] = (name, value, attributes) => void this.measurements.push({ name, value, attributes });
  readonly record: Metrics['record'] = (name, value, attributes) =>
    void this.measurements.push({ name, value, attributes });

  /** The values of one metric, those with these attributes. */
  values(name: MetricName, attributes: Readonly<Record<string, string>> = {}): readonly number[] {
    const wanted = Object.entries(attributes);
    return this.measurements
      .filter((one) => one.name === name && wanted.every(([key, value]) => one.attributes[key] === value))
      .map(({ value }) => value);
  }
}
