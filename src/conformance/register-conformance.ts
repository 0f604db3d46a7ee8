import { BATCH_KIT } from './batch/run-batch-conformance.ts';
import type { BatchSubject } from './batch/batch-subject.ts';
import { caseLimitMs, runKitCase, type Kit, type KitSubject } from './kit.ts';
import { SESSION_KIT } from './run-conformance.ts';
import type { ConformanceSubject } from './subject.ts';

/**
 * The two functions of a test runner that the kit needs; those of vitest, jest, mocha and node:test all fit.
 * The first two also take the time that a test may last.
 */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: () => Promise<void>, limitMs?: number) => unknown;
}

/** What will run, known at once, so that a test can expect it. */
export interface RegisteredCases {
  readonly run: number;
  readonly notApplicable: readonly { readonly rule: string; readonly title: string; readonly needs: string }[];
}

/**
 * Makes one test of each case that applies to the subject.
 * Expect the numbers that it gives in a test of your own, so that a capability that went missing shows.
 */
export function registerConformance({
  subject,
  ...runner
}: TestRunner & { readonly subject: ConformanceSubject }): RegisteredCases {
  return registerKit(SESSION_KIT, subject, runner);
}

/** The same for a provider of run batches. */
export function registerBatchConformance({
  subject,
  ...runner
}: TestRunner & { readonly subject: BatchSubject }): RegisteredCases {
  return registerKit(BATCH_KIT, subject, runner);
}

function registerKit<
  Subject extends KitSubject<Fixture>,
  Fixture extends { dispose(): Promise<void> },
  T extends { readonly notes: readonly string[] },
>(kit: Kit<Subject, Fixture, T>, subject: Subject, { describe, it }: TestRunner): RegisteredCases {
  const notApplicable = kit.cases.flatMap(({ rule, title, lacks }) => {
    const needs = lacks?.(subject);
    return needs === undefined ? [] : [{ rule, title, needs }];
  });
  const applicable = kit.cases.filter((each) => each.lacks?.(subject) === undefined);
  describe(`${subject.name} keeps the contract`, () => {
    for (const each of applicable) {
      const check = async (): Promise<void> => {
        const { outcome, reason = '', blockedBy } = await runKitCase(kit, each, subject);
        if (outcome === 'passed') return;
        throw new Error(blockedBy === undefined ? reason : `blocked by ${blockedBy}: ${reason}`);
      };
      // The kit's own limit comes first, because it says what was going on.
      it(`${each.rule} ${each.title}`, check, caseLimitMs(subject) + 5_000);
    }
  });
  return { run: applicable.length, notApplicable };
}
