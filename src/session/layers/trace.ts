import type { Clock, Logger, Metrics, Tracer } from '../../contract/ports.ts';
import { SessionError } from '../../contract/session-error.ts';
import { silentLogger, silentMetrics, silentTracer } from '../system-ports.ts';
import { errorType, placeOf } from '../traced.ts';
import type { AnyLayer } from './layer.ts';

/**
 * One span per call of a verb, its duration, and a line of the log. Its attempts are events of that span, and what it calls itself is
 * below it. Where nobody records any of these, calls go down as they came.
 */
export function traceLayer(clock: Clock, tracer: Tracer, metrics: Metrics, logger: Logger = silentLogger): AnyLayer {
  if (tracer === silentTracer && metrics === silentMetrics && logger === silentLogger)
    return (_, call, next) => next(call);
  const logs = logger !== silentLogger;
  const measures = metrics !== silentMetrics;
  return async (invocation, call, next) => {
    const { operation, provider, handle } = invocation;
    const place = placeOf(provider);
    const span = tracer.startSpan(
      `anysession.${operation}`,
      handle === undefined ? place : { ...place, 'anysession.session': handle.id },
    );
    invocation.span = span;
    const startedMs = clock.monotonicMs();
    const end = (error?: unknown): void => {
      span.end(error);
      const tookMs = clock.monotonicMs() - startedMs;
      if (logs) {
        const outcome = error === undefined ? 'took' : 'failed after';
        logger.debug(
          { operation, ...(handle && { session: handle.id }), ...(SessionError.is(error) && { kind: error.kind }) },
          `${operation} ${outcome} ${Math.round(tookMs)} ms`,
        );
      }
      if (measures) {
        metrics.record('anysession.call.duration', tookMs / 1000, {
          ...place,
          'anysession.operation': operation,
          ...errorType(error),
        });
      }
    };
    try {
      const answer = await (span.run === undefined ? next(call) : span.run(() => next(call)));
      end();
      return answer;
    } catch (error) {
      end(error);
      throw error;
    }
  };
}
