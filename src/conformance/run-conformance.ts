import { CASES } from './cases/all-cases.ts';
import { CaseBlocked, RuleBroken, type ConformanceCase } from './conformance-case.ts';
import { toReport, type CaseResult, type ConformanceReport } from './report.ts';
import type { ConformanceSubject } from './subject.ts';
import { Trial } from './trial.ts';

const DEFAULT_CASE_LIMIT_MS = 20_000;

/**
 * Checks a provider against every case that applies to it, each over a fresh service.
 * Never rejects for what the provider does: that is what the report is for.
 */
export async function runConformance(subject: ConformanceSubject): Promise<ConformanceReport> {
  const results: CaseResult[] = [];
  for (const each of CASES) results.push(await runCase(each, subject));
  return toReport(subject, results);
}

/** Runs one case, or says why it does not apply. */
export async function runCase(each: ConformanceCase, subject: ConformanceSubject): Promise<CaseResult> {
  const { rule, title } = each;
  const lacking = each.lacks?.(subject);
  if (lacking !== undefined) return { rule, title, outcome: 'not-applicable', reason: lacking };

  const fixture = await subject.open();
  let notes: readonly string[] = [];
  try {
    const trial = new Trial(subject, fixture);
    notes = trial.notes;
    await withinLimit(each.run(trial), caseLimitMs(subject));
    return { rule, title, outcome: 'passed', ...(notes.length > 0 ? { notes } : {}) };
  } catch (error) {
    return {
      rule,
      title,
      outcome: 'failed',
      reason: error instanceof RuleBroken || error instanceof CaseBlocked ? error.message : describeError(error),
      ...(error instanceof CaseBlocked && error.blockedBy !== rule ? { blockedBy: error.blockedBy } : {}),
      ...(notes.length > 0 ? { notes } : {}),
    };
  } finally {
    await fixture.dispose();
  }
}

/** How much real time one case of the subject may take, milliseconds. */
export function caseLimitMs(subject: ConformanceSubject): number {
  return subject.caseLimitMs ?? DEFAULT_CASE_LIMIT_MS;
}

async function withinLimit(work: Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new RuleBroken(`the case has not ended after ${limitMs} ms of real time`)),
      limitMs,
    );
  });
  try {
    await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : `threw ${String(error)}`;
}
