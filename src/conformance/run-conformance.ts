import { CASES } from './cases/all-cases.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { runKit, runKitCase, type Kit } from './kit.ts';
import type { CaseResult, ConformanceReport } from './report.ts';
import type { ConformanceFixture, ConformanceSubject } from './subject.ts';
import { Trial } from './trial.ts';

/** The cases of a provider of sessions. */
export const SESSION_KIT: Kit<ConformanceSubject, ConformanceFixture, Trial> = {
  cases: CASES,
  begin: (subject, fixture) => new Trial(subject, fixture),
};

/**
 * Checks a provider against every case that applies to it, each over a fresh service.
 * Never rejects for what the provider does: that is what the report is for.
 */
export function runConformance(subject: ConformanceSubject): Promise<ConformanceReport> {
  return runKit(SESSION_KIT, subject);
}

/** Runs one case, or says why it does not apply. */
export function runCase(each: ConformanceCase, subject: ConformanceSubject): Promise<CaseResult> {
  return runKitCase(SESSION_KIT, each, subject);
}
