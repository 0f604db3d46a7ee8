import { describe, expect, it } from 'vitest';
import {
  BATCH_CASES,
  brokenRules,
  formatReport,
  registerBatchConformance,
  runBatchConformance,
} from '../../src/conformance/index.ts';
import { BROKEN_BATCH_PROVIDERS } from '../../src/testing/index.ts';
import { scriptedBatchSubject } from './scripted-batch-subject.ts';

const registered = registerBatchConformance({ describe, it, subject: scriptedBatchSubject() });

const broken = await Promise.all(
  BROKEN_BATCH_PROVIDERS.map(async (each) => {
    return { ...each, report: await runBatchConformance(scriptedBatchSubject(each.name, each.wrap)) };
  }),
);

describe('the kit of run batches', () => {
  it('runs every case on a service that can show every fault', () => {
    expect(registered).toEqual({ run: BATCH_CASES.length, notApplicable: [] });
  });

  it('says what a subject lacks', () => {
    const { notApplicable } = registerBatchConformance({
      describe: () => undefined,
      it: () => undefined,
      subject: { ...scriptedBatchSubject(), faults: [], doomedRuns: undefined },
    });
    expect([...new Set(notApplicable.map(({ needs }) => needs))].sort()).toEqual([
      'a service that can be made to refuse and fail runs',
      `a service that can be made to show 'lost-answer'`,
      `a service that can be made to show 'unknown-state'`,
    ]);
  });

  it.each(broken)('finds exactly the fault of $name, which $fault', ({ breaks, report }) => {
    expect(brokenRules(report), formatReport(report)).toEqual(breaks);
  });

  it('fails every case on a broken provider', () => {
    const failed = broken.flatMap(({ report }) => report.results.filter(({ outcome }) => outcome === 'failed'));
    const titles = new Set(failed.map(({ rule, title }) => `${rule} ${title}`));
    expect(BATCH_CASES.filter(({ rule, title }) => !titles.has(`${rule} ${title}`))).toEqual([]);
  });
});
