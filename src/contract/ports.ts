import type { CounterName, HistogramName, MetricAttributes } from './metrics.ts';

/** Time. `nowMs` is for people and records; `monotonicMs` is for waiting and never jumps. */
export interface Clock {
  /** Wall time, epoch milliseconds. */
  nowMs(): number;
  /** Milliseconds since an arbitrary start; never goes back. */
  monotonicMs(): number;
  /**
   * Calls back once after `delayMs` (0 or more) and returns the way to call it off.
   * A `background` timer does not keep the process alive; one that somebody awaits does.
   * Decision 3: docs/decisions/0003-awaited-timers-hold-the-process.md
   */
  schedule(delayMs: number, callback: () => void, kind?: 'awaited' | 'background'): () => void;
}

/** Randomness, so that tests can repeat it. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** `count` lower-case hexadecimal digits that nobody can guess. */
  hex(count: number): string;
}

/** Where messages for people go; shaped like pino, so that a pino logger fits as it is. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The value of a span attribute. */
export type SpanAttribute = string | number | boolean;

/** One traced operation. */
export interface Span {
  event(name: string, attributes?: Readonly<Record<string, SpanAttribute>>): void;
  /** Ends the span; with the error when the operation failed. */
  end(error?: unknown): void;
  /**
   * Calls the function so that spans which start in it, and in what it awaits, are below this one. Optional: without it spans have no
   * relation to each other.
   */
  run?<Answer>(work: () => Answer): Answer;
}

/** Where spans go. */
export interface Tracer {
  startSpan(name: string, attributes: Readonly<Record<string, SpanAttribute>>): Span;
}

/** Where measurements go. `METRICS` lists all of them, with their units and attributes. */
export interface Metrics {
  /** Adds to a counter, or to an up-down counter, where the amount may be negative. */
  add<Name extends CounterName>(name: Name, amount: number, attributes: MetricAttributes<Name>): void;
  /** Records one value of a distribution. */
  record<Name extends HistogramName>(name: Name, value: number, attributes: MetricAttributes<Name>): void;
}

/** Services count calls that read and calls that change something in separate rate limits. */
export type CallClass = 'reads' | 'writes';

/** A request to a service, before it is signed. */
export interface ServiceRequest {
  /** The operation in the service's spelling, such as `StartSession`. */
  readonly name: string;
  /** Its input, as the service's SDK takes it. May hold what the caller wants to keep secret. */
  readonly input: unknown;
  /** Whether it only reads, or changes something. */
  readonly callClass: CallClass;
}

/** Sees each request of a provider. */
export interface RequestObserver {
  /** A request is about to be sent. It is not sent if this throws, and the call fails with what was thrown. */
  sends(request: ServiceRequest): void;
  /** The service answered without an error. `requestId` is absent where it does not name its requests. */
  answered(request: ServiceRequest, answer: { readonly tookMs: number; readonly requestId?: string }): void;
}

/** The rate budget that all callers of one scope share. */
export interface CallBudget {
  /** Takes one call: `undefined` when it may go at once, else a promise of its turn. @throws SessionError `aborted` */
  take(callClass: CallClass, call: { readonly signal: AbortSignal }): Promise<void> | undefined;
}
