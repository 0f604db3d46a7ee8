/** How one case went. */
export interface CaseResult {
  readonly rule: string;
  readonly title: string;
  readonly outcome: 'passed' | 'failed' | 'not-applicable';
  /** What was wrong, or what the subject lacks. */
  readonly reason?: string;
  /** The rule that kept the case from being brought about; the case counts as failed. */
  readonly blockedBy?: string;
  /** What else there is to know, such as how many pages a list had. */
  readonly notes?: readonly string[];
}

/** What the kit found out about one subject; plain data. */
export interface ConformanceReport {
  readonly subject: string;
  readonly layered: boolean;
  /** Whether every case that applies has passed. */
  readonly ok: boolean;
  readonly counts: {
    readonly run: number;
    readonly passed: number;
    readonly failed: number;
    readonly notApplicable: number;
  };
  readonly results: readonly CaseResult[];
}

/** Counts and judges results. */
export function toReport(
  subject: { readonly name: string; readonly layered: boolean },
  results: readonly CaseResult[],
): ConformanceReport {
  const count = (outcome: CaseResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  const [passed, failed] = [count('passed'), count('failed')];
  return {
    subject: subject.name,
    layered: subject.layered,
    // Nothing that ran is nothing that was proven.
    ok: failed === 0 && passed > 0,
    counts: { run: passed + failed, passed, failed, notApplicable: count('not-applicable') },
    results,
  };
}

/** The rules that the provider itself breaks, in order; cases that were only blocked by another rule are left out. */
export function brokenRules(report: ConformanceReport): readonly string[] {
  const failed = report.results.filter((result) => result.outcome === 'failed' && result.blockedBy === undefined);
  return [...new Set(failed.map((result) => result.rule))].sort();
}

const MARKS = { passed: 'ok  ', failed: 'FAIL', 'not-applicable': '-   ' } as const;

/** The report as text, one line a case. */
export function formatReport(report: ConformanceReport): string {
  const { counts, subject, layered, results } = report;
  const lines = results.map(({ rule, title, outcome, reason, blockedBy, notes = [] }) => {
    const lack = outcome === 'not-applicable' ? 'needs ' : blockedBy === undefined ? '' : `blocked by ${blockedBy}: `;
    const remarks = [...(reason === undefined ? [] : [lack + reason]), ...notes].join('; ');
    return `${MARKS[outcome]} ${rule} ${title}${remarks === '' ? '' : ` (${remarks})`}`;
  });
  return [
    `Conformance of ${subject} (${layered ? 'behind the layers' : 'bare'})`,
    ...lines,
    `${counts.run} run, ${counts.passed} passed, ${counts.failed} failed, ${counts.notApplicable} not applicable`,
  ].join('\n');
}
