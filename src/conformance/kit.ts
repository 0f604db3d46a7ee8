import { CaseBlocked, RuleBroken } from './conformance-case.ts';
import { toReport, type CaseResult, type ConformanceReport } from './report.ts';

const DEFAULT_CASE_LIMIT_MS = 20_000;

/** What the runner needs to know of a subject, be it a provider of sessions or of batches. */
export interface KitSubject<Fixture> {
  readonly name: string;
  readonly layered: boolean;
  readonly caseLimitMs?: number;
  open(): Promise<Fixture>;
}

/** One check of one rule, over a trial of some kind. */
export interface KitCase<Subject, TrialOfKind> {
  readonly rule: string;
  readonly title: string;
  readonly lacks?: (subject: Subject) => string | undefined;
  readonly run: (trial: TrialOfKind) => Promise<void>;
}

/** The cases of one kind of provider, and how a trial of one begins. */
export interface Kit<Subject, Fixture, TrialOfKind> {
  readonly cases: readonly KitCase<Subject, TrialOfKind>[];
  readonly begin: (subject: Subject, fixture: Fixture) => TrialOfKind;
}

interface Disposable {
  dispose(): Promise<void>;
}

interface Noted {
  readonly notes: readonly string[];
}

/** Checks a subject against every case that applies to it, each over a fresh service. Never rejects for what the provider does. */
export async function runKit<Subject extends KitSubject<Fixture>, Fixture extends Disposable, T extends Noted>(
  kit: Kit<Subject, Fixture, T>,
  subject: Subject,
): Promise<ConformanceReport> {
  const results: CaseResult[] = [];
  for (const each of kit.cases) results.push(await runKitCase(kit, each, subject));
  return toReport(subject, results);
}

/** Runs one case, or says why it does not apply. */
export async function runKitCase<Subject extends KitSubject<Fixture>, Fixture extends Disposable, T extends Noted>(
  kit: Kit<Subject, Fixture, T>,
  each: KitCase<Subject, T>,
  subject: Subject,
): Promise<CaseResult> {
  const { rule, title } = each;
  const lacking = each.lacks?.(subject);
  if (lacking !== undefined) return { rule, title, outcome: 'not-applicable', reason: lacking };

  const fixture = await subject.open();
  let notes: readonly string[] = [];
  try {
    const trial = kit.begin(subject, fixture);
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
export function caseLimitMs(subject: { readonly caseLimitMs?: number }): number {
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
