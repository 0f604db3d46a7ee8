import { CaseBlocked, RuleBroken } from './check.ts';
import type { KitCase } from './kit-case.ts';
import { toReport, type CaseResult, type ConformanceReport } from './report.ts';
import type { KitSubject } from './subject.ts';

const DEFAULT_CASE_LIMIT_MS = 20_000;

/** The cases of one kind of provider, and how their trials begin. */
export interface Kit<Subject, Fixture, TrialOfKind> {
  readonly cases: readonly KitCase<Subject, TrialOfKind>[];
  readonly begin: (subject: Subject, fixture: Fixture) => TrialOfKind;
}

/**
 * The two functions of a test runner that the kit needs; those of vitest, jest, mocha and node:test fit.
 * The first two runners also take the time that a test may last.
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

interface Disposable {
  dispose(): Promise<void>;
}

interface WithNotes {
  readonly notes: readonly string[];
}

/** Runs every case that applies to a subject, each over a fresh service. Never rejects because of the provider. */
export async function runKit<Subject extends KitSubject<Fixture>, Fixture extends Disposable, T extends WithNotes>(
  kit: Kit<Subject, Fixture, T>,
  subject: Subject,
): Promise<ConformanceReport> {
  const results: CaseResult[] = [];
  for (const each of kit.cases) results.push(await runKitCase(kit, each, subject));
  return toReport(subject, results);
}

/** Runs one case, or reports why it does not apply. */
export async function runKitCase<Subject extends KitSubject<Fixture>, Fixture extends Disposable, T extends WithNotes>(
  kit: Kit<Subject, Fixture, T>,
  each: KitCase<Subject, T>,
  subject: Subject,
): Promise<CaseResult> {
  const { rule, title } = each;
  const lacking = each.lacks?.(subject);
  if (lacking !== undefined) return { rule, title, outcome: 'not-applicable', reason: lacking };

  const fixture = await subject.open();
  let notes: readonly string[] = [];
  const result = (outcome: Omit<CaseResult, 'rule' | 'title' | 'notes'>): CaseResult => {
    return { rule, title, ...outcome, ...(notes.length > 0 && { notes }) };
  };
  try {
    const trial = kit.begin(subject, fixture);
    notes = trial.notes;
    await withinLimit(each.run(trial), caseLimitMs(subject));
    return result({ outcome: 'passed' });
  } catch (error) {
    const isBlocked = error instanceof CaseBlocked && error.blockedBy !== rule;
    return result({ outcome: 'failed', reason: reasonOf(error), ...(isBlocked && { blockedBy: error.blockedBy }) });
  } finally {
    await fixture.dispose();
  }
}

/** Registers one test for each case that applies to the subject. */
export function registerKit<Subject extends KitSubject<Fixture>, Fixture extends Disposable, T extends WithNotes>(
  kit: Kit<Subject, Fixture, T>,
  { subject, describe, it }: TestRunner & { readonly subject: Subject },
): RegisteredCases {
  const notApplicable = kit.cases.flatMap(({ rule, title, lacks }) => {
    const needs = lacks?.(subject);
    return needs === undefined ? [] : [{ rule, title, needs }];
  });
  const applicable = kit.cases.filter((each) => each.lacks?.(subject) === undefined);
  describe(`${subject.name} keeps the contract`, () => {
    for (const each of applicable) {
      const test = async (): Promise<void> => {
        const { outcome, reason = '', blockedBy } = await runKitCase(kit, each, subject);
        if (outcome !== 'passed')
          throw new Error(`${blockedBy === undefined ? '' : `blocked by ${blockedBy}: `}${reason}`);
      };
      // The kit's own limit comes first, because its error names the case.
      it(`${each.rule} ${each.title}`, test, caseLimitMs(subject) + 5_000);
    }
  });
  return { run: applicable.length, notApplicable };
}

function caseLimitMs(subject: { readonly caseLimitMs?: number }): number {
  return subject.caseLimitMs ?? DEFAULT_CASE_LIMIT_MS;
}

async function withinLimit(work: Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    const error = new RuleBroken(`the case has not ended after ${limitMs} ms of real time`);
    timer = setTimeout(() => reject(error), limitMs);
  });
  try {
    await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof RuleBroken || error instanceof CaseBlocked) return error.message;
  return error instanceof Error ? `${error.name}: ${error.message}` : `threw ${String(error)}`;
}
