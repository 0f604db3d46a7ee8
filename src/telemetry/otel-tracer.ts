// eslint-disable-next-line @typescript-eslint/ban-ts-comment
/** @ts-ignore -- The package is optional: where it is not installed, it has no types. */
import type * as Api from '@opentelemetry/api';
import { OPERATIONS } from '../contract/operations.ts';
import type { SpanAttribute, Tracer } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';

/** The module `@opentelemetry/api`. */
export type OpenTelemetryApi = typeof Api;

/** The instrumentation scope of all spans and metrics. */
export const SCOPE_NAME = 'anysession';

const PREFIX = 'anysession.';

/** Spans of OpenTelemetry. Calls of a service have the kind CLIENT, and what is done with them INTERNAL. */
export function otelTracer({ context, trace, SpanKind, SpanStatusCode }: OpenTelemetryApi): Tracer {
  const tracer = trace.getTracer(SCOPE_NAME);
  return {
    startSpan(name, attributes) {
      const isCall = Object.hasOwn(OPERATIONS, name.slice(PREFIX.length));
      const kind = isCall ? SpanKind.CLIENT : SpanKind.INTERNAL;
      const span = tracer.startSpan(name, { kind, attributes });
      return {
        event: (event, facts) => void span.addEvent(event, facts),
        end: (error) => {
          if (error !== undefined) {
            const { type, message, ...more } = failureOf(error);
            span.setAttributes({ 'error.type': type, ...more });
            span.addEvent('exception', { 'exception.type': 'SessionError', 'exception.message': message });
            span.setStatus({ code: SpanStatusCode.ERROR, message });
          }
          span.end();
        },
        run: (work) => context.with(trace.setSpan(context.active(), span), work),
      };
    },
  };
}

/** An error that engines raise about a statement or a block of code repeats parts of its text. Its code does not. */
const OF_ENGINES: readonly string[] = ['execute', 'sql', 'submit', 'calculate', 'startCalculation', 'read'];

interface Failure extends Readonly<Record<string, SpanAttribute>> {
  readonly type: string;
  readonly message: string;
}

function failureOf(error: unknown): Failure {
  if (!SessionError.is(error)) return { type: 'internal', message: error instanceof Error ? error.name : typeof error };
  const { kind, operation, message, native, effect } = error;
  const repeatsText = kind === 'invalid-request' && (OF_ENGINES.includes(operation) || native?.sqlState !== undefined);
  const code = native?.code;
  return {
    type: kind,
    message: repeatsText ? `${kind}${code === undefined ? '' : `: ${code}`}` : message,
    'anysession.error.effect': effect,
    ...(code !== undefined && { 'anysession.error.code': code }),
    ...(native?.requestId !== undefined && { 'anysession.error.request_id': native.requestId }),
    ...(native?.sqlState !== undefined && { 'anysession.error.sql_state': native.sqlState }),
  };
}
