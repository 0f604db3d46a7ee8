export {
  BatchTrial,
  type BatchCase,
  type BatchFacts,
  type BatchFault,
  type BatchFixture,
  type BatchOracle,
  type BatchSubject,
} from './batch/batch-trial.ts';
export type { ConformanceCase } from './cases/session-case.ts';
export { CaseBlocked, check, RuleBroken, type Outcome } from './check.ts';
export { readRows, type SampleValue } from './column-reader.ts';
export { DUCKDB_SAMPLES } from './duckdb-samples.ts';
export { engineTime, realTime, virtualTime, type MovableClock } from './fixture-time.ts';
export type { KitCase } from './kit-case.ts';
export type { RegisteredCases, TestRunner } from './kit.ts';
export { KitTrial } from './kit-trial.ts';
export { brokenRules, formatReport, type CaseResult, type ConformanceReport } from './report.ts';
export {
  BATCH_CASES,
  CASES,
  registerBatchConformance,
  registerConformance,
  runBatchConformance,
  runCase,
  runConformance,
} from './run-conformance.ts';
export type { CodeSamples, SampleType, SqlSample, SqlSamples } from './samples.ts';
export type {
  ConformanceFixture,
  ConformanceOracle,
  ConformanceSubject,
  Eventually,
  FaultKind,
  FixtureTime,
  InjectedFault,
  KitFacts,
  KitFixture,
  KitSubject,
  SubjectFacts,
} from './subject.ts';
export { Trial } from './trial.ts';
export { wrappedSubject, type SubjectWrapping } from './wrapped-subject.ts';
