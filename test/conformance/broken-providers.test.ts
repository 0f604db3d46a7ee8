import { describe, expect, it } from 'vitest';
import { brokenRules, formatReport, runConformance, wrappedSubject } from '../../src/conformance/index.ts';
import { BROKEN_PROVIDERS } from '../../src/testing/broken-providers/all-broken-providers.ts';
import { scriptedSubject } from './scripted-subject.ts';

describe('the kit finds exactly the fault of', () => {
  it.each(BROKEN_PROVIDERS)(
    '$name, which $fault',
    async ({ name, breaks, wrap }) => {
      const report = await runConformance(wrappedSubject(scriptedSubject(), { name, wrap }));
      expect(brokenRules(report), formatReport(report)).toEqual(breaks);
      expect(report.ok).toBe(false);
    },
    60_000,
  );
});
