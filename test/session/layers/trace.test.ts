import { describe, expect, it } from 'vitest';
import type { Logger, Metrics, Tracer } from '../../../src/contract/ports.ts';
import type { AnyInvocation } from '../../../src/session/layers/layer.ts';
import { traceLayer } from '../../../src/session/layers/trace.ts';
import { silentLogger, silentMetrics, silentTracer } from '../../../src/session/system-ports.ts';
import { RecordingLogger, RecordingMetrics, RecordingTracer } from '../../../src/testing/recording.ts';
import { VirtualClock } from '../../../src/testing/virtual-clock.ts';
import { handleOf, Scene, startRequest, unlimitedCall } from '../scene.ts';
import { failureOf } from '../../failure-of.ts';

/** A call of any provider that is not about a session. */
function invocation(): AnyInvocation {
  return { operation: 'listPage', provider: { id: 'any', scope: 'here' } };
}

describe('the trace layer', () => {
  it('makes one span of a call, ended once, that says where and what', async () => {
    const scene = new Scene();
    const { provider, tracer } = scene.process();
    const { handle } = await provider.start(startRequest(), unlimitedCall());
    await provider.describe(handle, unlimitedCall());
    const place = { 'anysession.provider': 'scripted', 'anysession.scope': 'scripted-scope' };
    expect(tracer.spans.map(({ name, attributes }) => ({ name, attributes }))).toEqual([
      { name: 'anysession.start', attributes: place },
      { name: 'anysession.describe', attributes: { ...place, 'anysession.session': handle.id } },
    ]);
    expect(tracer.spans.map(({ endCount, error, events }) => ({ endCount, error, events }))).toEqual([
      { endCount: 1, error: undefined, events: [] },
      { endCount: 1, error: undefined, events: [] },
    ]);
  });

  it('puts the attempts into the span as events and ends it with the error', async () => {
    const scene = new Scene();
    const { provider, tracer } = scene.process();
    scene.service.faults.add('describe', { kind: 'unavailable', effect: 'before' }, { kind: 'throttled' });
    const error = await failureOf(scene.settled(provider.describe(handleOf(scene), unlimitedCall())));
    expect(error.kind).toBe('not-found');
    const [span, ...others] = tracer.spans;
    expect(others).toEqual([]);
    expect(span?.events.map(({ name, attributes }) => [name, attributes['attempt'], attributes['kind']])).toEqual([
      ['retry', 1, 'unavailable'],
      ['retry', 2, 'rate-limited'],
    ]);
    expect([span?.endCount, span?.error]).toEqual([1, error]);
  });
});

describe('what is logged and measured of a call', () => {
  it('is how long it took, of which session, and how it failed', async () => {
    const scene = new Scene();
    const { provider, retryLogger, metrics } = scene.process();
    scene.service.faults.add('start', { kind: 'slow', delayMs: 2_500, effect: 'before' });
    const { handle } = await scene.settled(provider.start(startRequest(), unlimitedCall()));
    scene.service.faults.add('describe', { kind: 'refused', code: 'Denied', httpStatus: 403 });
    await failureOf(provider.describe(handle, unlimitedCall()));
    expect(retryLogger.entries).toEqual([
      { level: 'debug', message: 'start took 2500 ms', fields: { operation: 'start' } },
      {
        level: 'debug',
        message: 'describe failed after 0 ms',
        fields: { operation: 'describe', session: handle.id, kind: 'forbidden' },
      },
    ]);
    const place = { 'anysession.provider': 'scripted', 'anysession.scope': 'scripted-scope' };
    expect(metrics.measurements.filter(({ name }) => name === 'anysession.call.duration')).toEqual([
      { name: 'anysession.call.duration', value: 2.5, attributes: { ...place, 'anysession.operation': 'start' } },
      {
        name: 'anysession.call.duration',
        value: 0,
        attributes: { ...place, 'anysession.operation': 'describe', 'error.type': 'forbidden' },
      },
    ]);
  });

  it('has no kind of an error that is none of ours', async () => {
    const logger = new RecordingLogger();
    const layer = traceLayer(new VirtualClock(), silentTracer, silentMetrics, logger);
    const bug = new TypeError('a bug');
    await expect(layer(invocation(), unlimitedCall(), () => Promise.reject(bug))).rejects.toBe(bug);
    expect(logger.entries.map(({ fields }) => fields)).toEqual([{ operation: 'listPage' }]);
  });

  it('is below the span of the call, as what the call does is', async () => {
    const tracer = new RecordingTracer();
    const layer = traceLayer(new VirtualClock(), tracer, silentMetrics);
    await layer(invocation(), unlimitedCall(), () => {
      tracer.startSpan('below', {});
      return Promise.resolve();
    });
    const [call, below] = tracer.spans;
    expect(below?.parent).toBe(call);
  });

  it.each<[string, Tracer, Metrics, Logger | undefined]>([
    ['a tracer', new RecordingTracer(), silentMetrics, silentLogger],
    ['metrics', silentTracer, new RecordingMetrics(), silentLogger],
    ['a logger', silentTracer, silentMetrics, new RecordingLogger()],
    ['nothing', silentTracer, silentMetrics, undefined],
  ])('is given a span unless nobody records: %s', async (what, tracer, metrics, logger) => {
    const described = invocation();
    const call = unlimitedCall();
    const layer = traceLayer(new VirtualClock(), tracer, metrics, logger);
    expect(await layer(described, call, (same) => Promise.resolve(same))).toBe(call);
    expect(described.span === undefined).toBe(what === 'nothing');
  });
});
