import { describe, expect, it } from 'vitest';
import { handleOf, Scene, startRequest, unlimitedCall } from '../scene.ts';
import { failureOf } from '../../failure-of.ts';

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
