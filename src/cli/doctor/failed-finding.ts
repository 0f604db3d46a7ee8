import type { Finding } from '../../contract/diagnosis.ts';
import { formatError, SessionError } from '../../contract/session-error.ts';

/** What a check that failed has found out: the error says whose fault it is and what to do. */
export function failedFinding(check: string, thrown: unknown): Finding {
  if (!SessionError.is(thrown)) return { check, status: 'problem', evidence: String(thrown) };
  const { advice } = thrown;
  // Several problems of a configuration have a line each.
  const [first = thrown.message] = formatError(thrown, undefined).split('\n');
  const evidence = thrown.kind === 'config-invalid' ? thrown.message : first;
  return { check, status: 'problem', evidence, ...(advice !== undefined && { fix: advice }) };
}
