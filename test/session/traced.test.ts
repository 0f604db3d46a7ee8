import { describe, expect, it } from 'vitest';
import type { Span } from '../../src/contract/ports.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { silentTracer } from '../../src/session/system-ports.ts';
import { errorType, inSpan, traced } from '../../src/session/traced.ts';
import { RecordingTracer } from '../../src/testing/recording.ts';

const ATTRIBUTES = { where: 'here' };

describe('traced', () => {
  it('ends the span with the work, and what the work starts is below it', async () => {
    const tracer = new RecordingTracer();
    const work = (span: Span): Promise<Span> => {
      tracer.startSpan('inner', {});
      return Promise.resolve(span);
    };
    const given = await traced(tracer, 'outer', ATTRIBUTES, work);
    const [outer, inner] = tracer.spans;
    expect(given).toBe(outer);
    expect(inner?.parent).toBe(outer);
    expect(outer).toMatchObject({ name: 'outer', attributes: ATTRIBUTES, endCount: 1, error: undefined });
  });

  it('ends the span with the error, and passes it on', async () => {
    const tracer = new RecordingTracer();
    const bug = new Error('a bug');
    await expect(traced(tracer, 'outer', {}, () => Promise.reject(bug))).rejects.toBe(bug);
    expect(tracer.spans[0]).toMatchObject({ endCount: 1, error: bug });
  });

  it('gives a span that does nothing where nobody traces', async () => {
    expect(await traced(undefined, 'outer', {}, (span) => Promise.resolve(span))).toBe(
      silentTracer.startSpan('outer', {}),
    );
  });
});

describe('inSpan', () => {
  it('leaves the span open, and what the work starts is below it', () => {
    const tracer = new RecordingTracer();
    const outer = tracer.startSpan('outer', {});
    expect(inSpan(outer, () => tracer.startSpan('inner', {})).parent).toBe(outer);
    expect(outer.endCount).toBe(0);
    expect(inSpan(silentTracer.startSpan('outer', {}), () => 'done')).toBe('done');
  });

  it('ends the span with what the work throws', () => {
    const outer = new RecordingTracer().startSpan('outer', {});
    const bug = new Error('a bug');
    const work = (): never => {
      throw bug;
    };
    expect(() => inSpan(outer, work)).toThrow(bug);
    expect(outer).toMatchObject({ endCount: 1, error: bug });
  });
});

describe('errorType', () => {
  it.each([
    [undefined, {}],
    [new SessionError('forbidden', 'no', { operation: 'start' }), { 'error.type': 'forbidden' }],
    [new TypeError('a bug'), { 'error.type': 'internal' }],
  ])('of %s is %j', (error, attributes) => {
    expect(errorType(error)).toEqual(attributes);
  });
});
