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

describe('the kit of run batches', () => {
  it('leaves no case out of a service that can be made to do everything', () => {
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

  it.each(BROKEN_BATCH_PROVIDERS)('finds exactly the fault of $name, which $fault', async ({ name, breaks, wrap }) => {
    const report = await runBatchConformance(scriptedBatchSubject(name, wrap));
    expect(brokenRules(report), formatReport(report)).toEqual(breaks);
  });

  it('every case is seen to fail by a broken provider', async () => {
    const failed = new Set<string>();
    for (const { name, wrap } of BROKEN_BATCH_PROVIDERS) {
      const { results } = await runBatchConformance(scriptedBatchSubject(name, wrap));
      for (const { rule, title, outcome } of results) if (outcome === 'failed') failed.add(`${rule} ${title}`);
    }
    const all = BATCH_CASES.map(({ rule, title }) => `${rule} ${title}`);
    expect(all.filter((each) => !failed.has(each))).toEqual([]);
  });
});
