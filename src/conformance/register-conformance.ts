import { CASES } from './cases/all-cases.ts';
import { caseLimitMs, runCase } from './run-conformance.ts';
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
  describe,
  it,
  subject,
}: TestRunner & { readonly subject: ConformanceSubject }): RegisteredCases {
  const notApplicable = CASES.flatMap(({ rule, title, lacks }) => {
    const needs = lacks?.(subject);
    return needs === undefined ? [] : [{ rule, title, needs }];
  });
  const applicable = CASES.filter((each) => each.lacks?.(subject) === undefined);
  describe(`${subject.name} keeps the contract`, () => {
    for (const each of applicable) {
      const check = async (): Promise<void> => {
        const { outcome, reason = '', blockedBy } = await runCase(each, subject);
        if (outcome === 'passed') return;
        throw new Error(blockedBy === undefined ? reason : `blocked by ${blockedBy}: ${reason}`);
      };
      // The kit's own limit comes first, because it says what was going on.
      it(`${each.rule} ${each.title}`, check, caseLimitMs(subject) + 5_000);
    }
  });
  return { run: applicable.length, notApplicable };
}
