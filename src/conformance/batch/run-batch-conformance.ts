import { runKit, type Kit } from '../kit.ts';
import type { ConformanceReport } from '../report.ts';
import { BATCH_CASES } from './all-batch-cases.ts';
import type { BatchFixture, BatchSubject } from './batch-subject.ts';
import { BatchTrial } from './batch-trial.ts';

/** The cases of a provider of run batches. */
export const BATCH_KIT: Kit<BatchSubject, BatchFixture, BatchTrial> = {
  cases: BATCH_CASES,
  begin: (subject, fixture) => new BatchTrial(subject, fixture),
};

/** Checks a provider of run batches against every case that applies to it, each over a fresh service. */
export function runBatchConformance(subject: BatchSubject): Promise<ConformanceReport> {
  return runKit(BATCH_KIT, subject);
}
