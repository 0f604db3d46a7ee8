import type { CasePhase, VerifyCase } from './case.ts';
import type { Area } from './points/point.ts';
import { SESSION_CASES } from './session-cases.ts';
import { SQL_CASES } from './sql-cases.ts';

/** Every case, in the order in which they run within their phase. */
export const VERIFY_CASES: readonly VerifyCase[] = [...SESSION_CASES, ...SQL_CASES];

/** The phases in their order. */
export const PHASES: readonly CasePhase[] = ['before', 'start', 'ready', 'end'];

/** The cases of some areas. The case that starts a session is among them where another one needs it. */
export function casesOf(areas: readonly Area[], isLong: boolean): readonly VerifyCase[] {
  const chosen = VERIFY_CASES.filter((each) => areas.includes(each.area) && (isLong || each.isLong !== true));
  const needsSession = chosen.some(({ phase }) => phase !== 'before');
  return VERIFY_CASES.filter((each) => chosen.includes(each) || (needsSession && each.phase === 'start'));
}
