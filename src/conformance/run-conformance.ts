import { BATCH_ENDING_CASES } from './batch/batch-ending-cases.ts';
import { BATCH_LIFE_CASES } from './batch/batch-life-cases.ts';
import { BATCH_LISTING_CASES } from './batch/batch-listing-cases.ts';
import { BATCH_STARTING_CASES } from './batch/batch-starting-cases.ts';
import { BatchTrial, type BatchCase, type BatchFixture, type BatchSubject } from './batch/batch-trial.ts';
import { CALCULATION_CASES } from './cases/calculation-cases.ts';
import { ENDING_CASES } from './cases/ending-cases.ts';
import { FAILING_CASES } from './cases/failing-cases.ts';
import { LISTING_CASES } from './cases/listing-cases.ts';
import type { ConformanceCase } from './cases/session-case.ts';
import { SHAPE_CASES } from './cases/shape-cases.ts';
import { SQL_CASES } from './cases/sql-cases.ts';
import { STARTING_CASES } from './cases/starting-cases.ts';
import { STATE_CASES } from './cases/state-cases.ts';
import { registerKit, runKit, runKitCase, type Kit, type RegisteredCases, type TestRunner } from './kit.ts';
import type { CaseResult, ConformanceReport } from './report.ts';
import type { ConformanceFixture, ConformanceSubject } from './subject.ts';
import { Trial } from './trial.ts';

/** All cases of a provider of sessions, in the order of the rules. */
export const CASES: readonly ConformanceCase[] = [
  ...SHAPE_CASES,
  ...FAILING_CASES,
  ...STATE_CASES,
  ...STARTING_CASES,
  ...ENDING_CASES,
  ...LISTING_CASES,
  ...SQL_CASES,
  ...CALCULATION_CASES,
].sort((one, other) => one.rule.localeCompare(other.rule));

/** All cases of a provider of run batches, in the order of the rules. */
export const BATCH_CASES: readonly BatchCase[] = [
  ...BATCH_LIFE_CASES,
  ...BATCH_STARTING_CASES,
  ...BATCH_ENDING_CASES,
  ...BATCH_LISTING_CASES,
].sort((one, other) => one.rule.localeCompare(other.rule));

const SESSION_KIT: Kit<ConformanceSubject, ConformanceFixture, Trial> = {
  cases: CASES,
  begin: (subject, fixture) => new Trial(subject, fixture),
};

const BATCH_KIT: Kit<BatchSubject, BatchFixture, BatchTrial> = {
  cases: BATCH_CASES,
  begin: (subject, fixture) => new BatchTrial(subject, fixture),
};

/**
 * Checks a provider against every case that applies to it, each over a fresh service.
 * Never rejects because of what the provider does: the report says it.
 */
export function runConformance(subject: ConformanceSubject): Promise<ConformanceReport> {
  return runKit(SESSION_KIT, subject);
}

/** Checks a provider of run batches in the same way. */
export function runBatchConformance(subject: BatchSubject): Promise<ConformanceReport> {
  return runKit(BATCH_KIT, subject);
}

/** Runs one case, or reports why it does not apply. */
export function runCase(each: ConformanceCase, subject: ConformanceSubject): Promise<CaseResult> {
  return runKitCase(SESSION_KIT, each, subject);
}

/**
 * Registers one test for each case that applies to the subject.
 * Expect the returned numbers in a test of your own: then a capability that goes missing fails it.
 */
export function registerConformance(options: TestRunner & { readonly subject: ConformanceSubject }): RegisteredCases {
  return registerKit(SESSION_KIT, options);
}

/** Registers the tests of a provider of run batches in the same way. */
export function registerBatchConformance(options: TestRunner & { readonly subject: BatchSubject }): RegisteredCases {
  return registerKit(BATCH_KIT, options);
}
