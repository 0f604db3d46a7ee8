import type { Diagnosis } from '../contract/diagnosis.ts';
import { formatError, SessionError } from '../contract/session-error.ts';
import { CaseFailed, NotRun, type CaseTrial, type VerifyCase } from './case.ts';
import type { CaseReport } from './report.ts';

/** Runs one case. What it fails with is its evidence; only an abort ends the run. @throws SessionError `aborted` */
export async function runCase(
  each: VerifyCase,
  trial: CaseTrial,
  permissions: Diagnosis['permissions'] = {},
): Promise<CaseReport> {
  const { rule, title, area } = each;
  const report = (outcome: CaseReport['outcome'], evidence: string): CaseReport => ({
    rule,
    title,
    area,
    outcome,
    evidence,
  });
  const lacking = each.lacks?.(trial.provider.capabilities);
  if (lacking !== undefined) return report('not-applicable', lacking);
  try {
    return report('passed', await each.run(trial));
  } catch (error) {
    if (trial.signal.aborted) throw error;
    if (error instanceof NotRun) return report('not-run', error.message);
    return report('failed', error instanceof CaseFailed ? error.message : failureText(error, permissions));
  }
}

/** A failed call in one line; a missing permission is named. */
export function failureText(error: unknown, permissions: Diagnosis['permissions'] = {}): string {
  if (!SessionError.is(error)) return String(error);
  const [text = error.message] = formatError(error, '').split('\n');
  const permission = Object.entries(permissions).find(([operation]) => operation === error.operation)?.[1];
  return error.kind === 'forbidden' && permission !== undefined ? `${text} Missing permission: ${permission}.` : text;
}
