import type { Tracer } from '../../contract/ports.ts';
import type { Layer } from './layer.ts';

/** One span per call of a verb; its attempts are events of that span. */
export function traceLayer(tracer: Tracer): Layer {
  return async (invocation, next) => {
    const { operation, provider, handle } = invocation;
    const span = tracer.startSpan(`anysession.${operation}`, {
      'anysession.provider': provider.id,
      'anysession.scope': provider.scope,
      ...(handle && { 'anysession.session': handle.id }),
    });
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
