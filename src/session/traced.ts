import type { ErrorKind } from '../contract/error-kinds.ts';
import type { Metrics, Span, SpanAttribute, Tracer } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import { silentTracer } from './system-ports.ts';

/** Where spans and measurements go; silent by default. */
export interface TelemetryPorts {
  readonly tracer?: Tracer | undefined;
  readonly metrics?: Metrics | undefined;
}

/** Where a call or a session is, as attributes of spans and metrics. */
export function placeOf({ id, scope }: { readonly id: string; readonly scope: string }): {
  readonly 'anysession.provider': string;
  readonly 'anysession.scope': string;
} {
  return { 'anysession.provider': id, 'anysession.scope': scope };
}

/** What a metric says of a failure; nothing for a success. */
export function errorType(error: unknown): { readonly 'error.type'?: ErrorKind } {
  if (error === undefined) return {};
  return { 'error.type': SessionError.is(error) ? error.kind : 'internal' };
}

/** Calls a function so that what it starts is below a span, which ends now if the function throws. */
export function inSpan<Answer>(span: Span, work: () => Answer): Answer {
  try {
    return span.run === undefined ? work() : span.run(work);
  } catch (error) {
    span.end(error);
    throw error;
  }
}

/** Does work inside a span. The spans of its calls are below that span. */
export async function traced<Answer>(
  tracer: Tracer = silentTracer,
  name: string,
  attributes: Readonly<Record<string, SpanAttribute>>,
  work: (span: Span) => Promise<Answer>,
): Promise<Answer> {
  const span = tracer.startSpan(name, attributes);
  try {
    const answer = await (span.run === undefined ? work(span) : span.run(() => work(span)));
    span.end();
    return answer;
  } catch (error) {
    span.end(error);
    throw error;
  }
}
