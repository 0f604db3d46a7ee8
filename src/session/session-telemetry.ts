import type { Clock, Metrics, Span, Tracer } from '../contract/ports.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { SessionStatus, StateChange } from './session-tracker.ts';
import { errorType, placeOf, traced } from './traced.ts';

/** What the telemetry of a session needs. */
export interface SessionTelemetryParts {
  readonly provider: { readonly id: string; readonly scope: string };
  readonly handle: SessionHandle;
  readonly clock: Clock;
  readonly tracer: Tracer;
  readonly metrics: Metrics;
  /** Whether it was started here: nobody measured the start of an attached one. */
  readonly owned: boolean;
}

/** The units of usage that are hours of a resource: `dpuHours`, `memoryGbHours`. */
const HOURS = /^([a-z]+)(?:Gb)?Hours$/;

/** The spans and metrics of one session. */
export class SessionTelemetry {
  readonly #parts: SessionTelemetryParts;
  readonly #place: ReturnType<typeof placeOf>;
  readonly #createdMs: number;
  #isStarting: boolean;
  #isLive = false;
  /** What was counted of each unit of usage, hours. */
  readonly #used = new Map<string, number>();
  readonly #waits = new Set<Span>();

  /** @param first - the first status of the session */
  constructor(parts: SessionTelemetryParts, first: SessionStatus) {
    this.#parts = parts;
    this.#place = placeOf(parts.provider);
    this.#createdMs = parts.clock.monotonicMs();
    this.#isStarting = parts.owned && first.state === 'creating';
    this.seen(first);
    if (!first.final && first.state !== 'terminated') this.#count(true);
  }

  /** Does the work of one verb of the session inside a span. */
  traced<Answer>(verb: string, work: (span: Span) => Promise<Answer>): Promise<Answer> {
    return traced(this.#parts.tracer, `anysession.session.${verb}`, this.#attributes, work);
  }

  /** Does a wait inside a span that has the state changes as events. */
  tracedWait<Answer>(operation: string, work: () => Promise<Answer>): Promise<Answer> {
    return traced(
      this.#parts.tracer,
      'anysession.session.wait',
      { ...this.#attributes, 'anysession.operation': operation },
      (span) => {
        this.#waits.add(span);
        return work().finally(() => this.#waits.delete(span));
      },
    );
  }

  /** Begins the span of a statement, whose end records the duration as well. It never has the text of the statement. */
  statement(): Span {
    const { tracer, metrics, clock } = this.#parts;
    const startedMs = clock.monotonicMs();
    const span = tracer.startSpan('anysession.statement', this.#attributes);
    return {
      event: (name, attributes) => span.event(name, attributes),
      run: (work) => (span.run === undefined ? work() : span.run(work)),
      end: (error) => {
        span.end(error);
        const seconds = (clock.monotonicMs() - startedMs) / 1000;
        metrics.record('anysession.statement.duration', seconds, { ...this.#place, ...errorType(error) });
      },
    };
  }

  /** Notes a state change. */
  changed({ to, status }: StateChange): void {
    for (const span of this.#waits) span.event('state', { state: to });
    if (status.final || to === 'terminated') this.#count(false);
    if (!this.#isStarting) return;
    this.#isStarting = false;
    if (to !== 'ready' && to !== 'busy') return;
    const { clock, metrics } = this.#parts;
    const seconds = (clock.monotonicMs() - this.#createdMs) / 1000;
    metrics.record('anysession.session.ready.duration', seconds, this.#place);
  }

  /** Counts what the service reports as used since the last time, where this process started the session: others would count it twice. */
  seen({ details: { usage } }: SessionStatus): void {
    if (!this.#parts.owned || usage === undefined || usage.basis === 'estimated') return;
    for (const [unit, hours] of Object.entries(usage)) {
      const resource = HOURS.exec(unit)?.[1];
      if (resource === undefined || typeof hours !== 'number') continue;
      const used = hours - (this.#used.get(unit) ?? 0);
      if (used <= 0) continue;
      this.#used.set(unit, hours);
      this.#parts.metrics.add('anysession.session.usage', used, { ...this.#place, 'anysession.resource': resource });
    }
  }

  /** This process has let go of the session. */
  released(): void {
    this.#count(false);
  }

  get #attributes(): Readonly<Record<string, string>> {
    return { ...this.#place, 'anysession.session': this.#parts.handle.id };
  }

  #count(isLive: boolean): void {
    if (this.#isLive === isLive) return;
    this.#isLive = isLive;
    this.#parts.metrics.add('anysession.session.live', isLive ? 1 : -1, this.#place);
  }
}
