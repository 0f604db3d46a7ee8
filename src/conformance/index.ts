export { BATCH_CASES } from './batch/all-batch-cases.ts';
export type { BatchCase } from './batch/batch-case.ts';
export type { BatchFacts, BatchFault, BatchFixture, BatchOracle, BatchSubject } from './batch/batch-subject.ts';
export { BatchTrial } from './batch/batch-trial.ts';
export { runBatchConformance } from './batch/run-batch-conformance.ts';
export { CASES } from './cases/all-cases.ts';
export type { KitCase } from './kit.ts';
export { readRows, type SampleValue } from './column-reader.ts';
export type { CodeSamples } from './code-samples.ts';
export { CaseBlocked, check, RuleBroken, type ConformanceCase } from './conformance-case.ts';
export { DUCKDB_SAMPLES } from './duckdb-samples.ts';
export { engineTime, realTime, virtualTime, type MovableClock } from './fixture-time.ts';
export {
  registerBatchConformance,
  registerConformance,
  type RegisteredCases,
  type TestRunner,
} from './register-conformance.ts';
export { brokenRules, formatReport, type CaseResult, type ConformanceReport } from './report.ts';
export { runCase, runConformance } from './run-conformance.ts';
export type { SampleType, SqlSample, SqlSamples } from './sql-samples.ts';
export type {
  ConformanceFixture,
  ConformanceOracle,
  ConformanceSubject,
  Eventually,
  FaultKind,
  FixtureTime,
  InjectedFault,
  SubjectFacts,
} from './subject.ts';
export { Trial } from './trial.ts';
export { wrappedSubject, type SubjectWrapping } from './wrapped-subject.ts';
