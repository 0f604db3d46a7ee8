import type { Tracer } from '../../contract/ports.ts';
import { silentTracer } from '../system-ports.ts';
import type { AnyLayer } from './layer.ts';

/** One span per call of a verb; its attempts are events of that span. Where nobody records them, calls go down as they came. */
export function traceLayer(tracer: Tracer): AnyLayer {
  if (tracer === silentTracer) return (invocation, next) => next(invocation);
  return async (invocation, next) => {
    const { operation, provider, handle } = invocation;
    const place = { 'anysession.provider': provider.id, 'anysession.scope': provider.scope };
    const attributes = handle === undefined ? place : { ...place, 'anysession.session': handle.id };
    const span = tracer.startSpan(`anysession.${operation}`, attributes);
    try {
      const answer = await next({ ...invocation, span });
      span.end();
      return answer;
    } catch (error) {
      span.end(error);
      throw error;
    }
  };
}
