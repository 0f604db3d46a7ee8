import { describe, expect, it } from 'vitest';
import { RecordingLogger, RecordingTracer, SeededRandom } from '../../src/testing/index.ts';

describe('SeededRandom', () => {
  it('repeats itself for one seed and differs for another', () => {
    const draw = (seed: number): unknown => {
      const random = new SeededRandom(seed);
      return [random.next(), random.hex(8), random.next()];
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('is uniform over [0, 1) and gives hexadecimal digits', () => {
    const random = new SeededRandom(3);
    const buckets = new Array<number>(10).fill(0);
    for (let draw = 0; draw < 10_000; draw++) buckets[Math.floor(random.next() * 10)]! += 1;
    expect(Math.min(...buckets)).toBeGreaterThan(900);
    expect(Math.max(...buckets)).toBeLessThan(1_100);
    expect(buckets).toHaveLength(10);
    expect(random.hex(33)).toMatch(/^[0-9a-f]{33}$/);
  });
});

describe('RecordingTracer', () => {
  it('records spans with their events, ends and errors', () => {
    const tracer = new RecordingTracer();
    const first = tracer.startSpan('start', { provider: 'scripted' });
    const second = tracer.startSpan('describe', {});
    first.event('attempt', { number: 1 });
    first.end(new Error('no'));
    expect(tracer.spans.map((span) => span.name)).toEqual(['start', 'describe']);
    expect(first.events).toEqual([{ name: 'attempt', attributes: { number: 1 } }]);
    expect([first.endCount, first.error]).toEqual([1, new Error('no')]);
    expect(tracer.openSpans).toEqual([second]);
  });
});

describe('RecordingLogger', () => {
  it('records messages by level', () => {
    const logger = new RecordingLogger();
    const levels = ['warn', 'debug', 'info', 'error'] as const;
    for (const level of levels) logger[level]({ level }, `a ${level}`);
    expect(logger.entries).toEqual(levels.map((level) => ({ level, fields: { level }, message: `a ${level}` })));
    expect(logger.messages('warn')).toEqual(['a warn']);
  });
});
