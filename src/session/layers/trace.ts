import type { Clock, Metrics, Tracer } from '../../contract/ports.ts';
import { silentMetrics, silentTracer } from '../system-ports.ts';
import { errorType, placeOf } from '../traced.ts';
import type { AnyLayer } from './layer.ts';

/**
 * One span per call of a verb, and its duration. Its attempts are events of that span, and what it calls itself is below it. Where nobody
 * records either, calls go down as they came.
 */
export function traceLayer(clock: Clock, tracer: Tracer, metrics: Metrics): AnyLayer {
  const isMeasured = metrics !== silentMetrics;
  if (tracer === silentTracer && !isMeasured) return (invocation, next) => next(invocation);
  return async (invocation, next) => {
    const { operation, provider, handle } = invocation;
    const place = placeOf(provider);
    const span = tracer.startSpan(
      `anysession.${operation}`,
      handle === undefined ? place : { ...place, 'anysession.session': handle.id },
    );
    const startedMs = clock.monotonicMs();
    const end = (error?: unknown): void => {
      span.end(error);
      if (!isMeasured) return;
      const seconds = (clock.monotonicMs() - startedMs) / 1000;
      metrics.record('anysession.call.duration', seconds, {
        ...place,
        'anysession.operation': operation,
        ...errorType(error),
      });
    };
    try {
      const traced = { ...invocation, span };
      const answer = await (span.run === undefined ? next(traced) : span.run(() => next(traced)));
      end();
      return answer;
    } catch (error) {
      end(error);
      throw error;
    }
  };
}
