import { describe, expect, it } from 'vitest';
import { METRICS, type MetricFacts } from '../../src/contract/metrics.ts';

describe('the table of metrics', () => {
  it.each(Object.entries<MetricFacts>(METRICS))('%s follows the conventions of OpenTelemetry', (name, facts) => {
    expect(name).toMatch(/^anysession(\.[a-z]+(_[a-z]+)*){2,3}$/);
    expect(facts.unit).toMatch(/^(s|h|\{[a-z]+\})$/);
    expect(facts.description).toMatch(/^[A-Z].*\.$/);
    expect(facts.attributes).toEqual(expect.arrayContaining(['anysession.provider', 'anysession.scope']));
    // Only a distribution has buckets, and they grow.
    expect(facts.boundaries !== undefined).toBe(facts.kind === 'histogram');
    expect(facts.boundaries ?? []).toEqual([...(facts.boundaries ?? [])].sort((one, other) => one - other));
  });
});
