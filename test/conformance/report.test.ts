import { describe, expect, it } from 'vitest';
import { brokenRules, formatReport, toReport, type CaseResult } from '../../src/conformance/report.ts';

const results: readonly CaseResult[] = [
  { rule: 'C-040', title: 'pages', outcome: 'passed', notes: ['11 sessions on 3 pages'] },
  { rule: 'C-032', title: 'ends', outcome: 'failed', reason: 'it is live' },
  { rule: 'C-011', title: 'stays ended', outcome: 'failed', reason: 'it is live', blockedBy: 'C-032' },
  { rule: 'C-014', title: 'unknown', outcome: 'not-applicable', reason: 'a service that can' },
];
const subject = { name: 'acme', layered: false };

describe('a conformance report', () => {
  it('counts what ran, and blocked cases as failed', () => {
    const { counts, ok } = toReport(subject, results);
    expect([ok, counts]).toEqual([false, { run: 3, passed: 1, failed: 2, notApplicable: 1 }]);
  });

  it('is not ok when nothing ran', () => {
    expect(toReport(subject, results.slice(3)).ok).toBe(false);
    expect(toReport(subject, results.slice(0, 1)).ok).toBe(true);
  });

  it('lists the broken rules without those that they block', () => {
    expect(brokenRules(toReport(subject, results))).toEqual(['C-032']);
  });

  it('survives JSON', () => {
    const report = toReport(subject, results);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it('has a text form', () => {
    expect(formatReport(toReport(subject, results)).split('\n')).toEqual([
      'Conformance of acme (bare)',
      'ok   C-040 pages (11 sessions on 3 pages)',
      'FAIL C-032 ends (it is live)',
      'FAIL C-011 stays ended (blocked by C-032: it is live)',
      '-    C-014 unknown (needs a service that can)',
      '3 run, 1 passed, 2 failed, 1 not applicable',
    ]);
  });
});
