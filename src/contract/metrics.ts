import type { ErrorKind } from './error-kinds.ts';

/** What kind of instrument a metric is. */
export type MetricKind = 'counter' | 'up-down-counter' | 'histogram';

/** One row of {@link METRICS}. */
export interface MetricFacts {
  readonly kind: MetricKind;
  /** In UCUM: `s` for seconds, `h` for hours, `{call}` for a count of calls. */
  readonly unit: string;
  readonly description: string;
  /** The attributes that come with each value. `error.type` is an error kind, and absent for a success. */
  readonly attributes: readonly string[];
  /** The upper bounds of the buckets of a histogram, in its unit. */
  readonly boundaries?: readonly number[];
}

const PLACE = ['anysession.provider', 'anysession.scope'] as const;

/** From a call on loopback to one that fails at its deadline, seconds. */
const CALL_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
/** From a local engine to a cloud that has no capacity, seconds. */
const READY_SECONDS = [0.1, 0.5, 1, 2, 5, 10, 20, 30, 45, 60, 75, 90, 120, 180, 300, 600];
/** From a lookup to a batch job, seconds. */
const STATEMENT_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600];

/**
 * Every metric of anysession. Names, units and attributes follow the conventions of OpenTelemetry.
 *
 * Where each one is recorded: calls, throttles and retries in `session/layers`; sessions and statements in `session`; the two queues
 * in `session/layers/rate-budget.ts` and at admission; sweeps in `ownership`; usage when it is read.
 * @see https://opentelemetry.io/docs/specs/semconv/general/metrics/ (read 2026-11-30)
 */
export const METRICS = Object.freeze({
  'anysession.session.ready.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Time from the acceptance of a start until the session is seen to be ready.',
    attributes: PLACE,
    boundaries: READY_SECONDS,
  },
  'anysession.session.live': {
    kind: 'up-down-counter',
    unit: '{session}',
    description: 'Sessions that this process holds and that have not ended.',
    attributes: PLACE,
  },
  'anysession.session.usage': {
    kind: 'counter',
    unit: 'h',
    description:
      'Hours of a resource (`dpu`, `vcpu`, `memory` in GB, …) that services report for the sessions that this process started.',
    attributes: [...PLACE, 'anysession.resource'],
  },
  'anysession.statement.duration': {
    kind: 'histogram',
    unit: 's',
    description:
      'Time from the submission of a statement until its result is read, including the wait for its session.',
    attributes: [...PLACE, 'error.type'],
    boundaries: STATEMENT_SECONDS,
  },
  'anysession.call.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Time of a call of the service with all its attempts, by operation and outcome.',
    attributes: [...PLACE, 'anysession.operation', 'error.type'],
    boundaries: CALL_SECONDS,
  },
  'anysession.call.retries': {
    kind: 'counter',
    unit: '{retry}',
    description: 'Repeated attempts of calls, by the error of the attempt before.',
    attributes: [...PLACE, 'anysession.operation', 'error.type'],
  },
  'anysession.call.throttles': {
    kind: 'counter',
    unit: '{throttle}',
    description: 'Attempts that the service refused because of its rate limits.',
    attributes: [...PLACE, 'anysession.operation'],
  },
  'anysession.queue.wait_time': {
    kind: 'histogram',
    unit: 's',
    description:
      'Time that a call waits for the rate budget (`rate`), or a start for a free quota (`admission`); none is recorded for what goes at once.',
    attributes: [...PLACE, 'anysession.queue'],
    boundaries: CALL_SECONDS,
  },
  'anysession.sweep.orphans': {
    kind: 'counter',
    unit: '{session}',
    description: 'Orphaned sessions that a sweep ended, by reason (`dead-holder`, `expired`).',
    attributes: [...PLACE, 'anysession.reason'],
  },
} as const satisfies Readonly<Record<string, MetricFacts>>);

/** The name of a metric. */
export type MetricName = keyof typeof METRICS;

/** The metrics that only grow, or that go up and down. */
export type CounterName = {
  [Name in MetricName]: (typeof METRICS)[Name]['kind'] extends 'counter' | 'up-down-counter' ? Name : never;
}[MetricName];

/** The metrics that are distributions. */
export type HistogramName = Exclude<MetricName, CounterName>;

/** The attributes of a metric, as its row lists them. */
export type MetricAttributes<Name extends MetricName = MetricName> = {
  readonly [Attribute in Exclude<(typeof METRICS)[Name]['attributes'][number], 'error.type'>]: string;
} & ('error.type' extends (typeof METRICS)[Name]['attributes'][number]
  ? { readonly 'error.type'?: ErrorKind }
  : unknown);
