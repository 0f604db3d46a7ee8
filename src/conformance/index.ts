export { CASES } from './cases/all-cases.ts';
export { readRows, type SampleValue } from './column-reader.ts';
export { CaseBlocked, check, RuleBroken, type ConformanceCase } from './conformance-case.ts';
export { DUCKDB_SAMPLES } from './duckdb-samples.ts';
export { engineTime, realTime, virtualTime, type MovableClock } from './fixture-time.ts';
export { registerConformance, type RegisteredCases, type TestRunner } from './register-conformance.ts';
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
