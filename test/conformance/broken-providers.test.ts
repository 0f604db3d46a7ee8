import { describe, expect, it } from 'vitest';
import { brokenRules, formatReport, runConformance, wrappedSubject } from '../../src/conformance/index.ts';
import { BROKEN_PROVIDERS } from '../../src/testing/broken-providers/all-broken-providers.ts';
import { behindLayers } from './behind-layers.ts';
import { scriptedSubject } from './scripted-subject.ts';

describe('the kit finds exactly the fault of', () => {
  it.each(BROKEN_PROVIDERS)(
    '$name, which $fault',
    async ({ name, breaks, capabilities, wrap }) => {
      const report = await runConformance(wrappedSubject(scriptedSubject(capabilities), { name, wrap }));
      expect(brokenRules(report), formatReport(report)).toEqual(breaks);
      expect(report.ok).toBe(false);
    },
    60_000,
  );

  it('asks-twice behind the layers, where its two attempts are retried', async () => {
    const { name, wrap } = BROKEN_PROVIDERS.find((broken) => broken.name === 'asks-twice')!;
    const report = await runConformance(behindLayers(wrappedSubject(scriptedSubject(), { name, wrap })));
    expect(brokenRules(report), formatReport(report)).toEqual(['C-102']);
  });

  it('a service that returns a large result in one batch', async () => {
    const report = await runConformance(scriptedSubject({}, 'in one piece', { batchRows: 10_000 }));
    expect(brokenRules(report), formatReport(report)).toEqual(['C-050']);
  });
});
