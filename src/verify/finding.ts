import type { PointValue } from './points/point.ts';

/** A span of time that was measured from outside: it took at least the one and at most the other, milliseconds. */
export interface Range {
  readonly atLeastMs: number;
  readonly atMostMs: number;
}

/** What was found out about one point. */
export type Finding =
  | { readonly outcome: 'observed'; readonly value: PointValue }
  | ({ readonly outcome: 'measured' } & Range)
  | { readonly outcome: 'unknown' | 'long' | 'not-probed'; readonly why: string };

export const observed = (value: PointValue): Finding => ({ outcome: 'observed', value });
export const unknown = (why: string): Finding => ({ outcome: 'unknown', why });

/** A measured time; negative times come from the uncertainty of the measurement. */
export function measured(atLeastMs: number, atMostMs: number): Finding {
  return {
    outcome: 'measured',
    atLeastMs: Math.max(0, Math.floor(atLeastMs)),
    atMostMs: Math.max(0, Math.ceil(atMostMs)),
  };
}

/** Whether a finding says the same as a value of the emulator; `undefined` where it says nothing. */
export function agreesWith(finding: Finding, assumed: PointValue): boolean | undefined {
  if (finding.outcome === 'observed') return finding.value === assumed;
  if (finding.outcome !== 'measured') return undefined;
  return typeof assumed === 'number' && finding.atLeastMs <= assumed && assumed <= finding.atMostMs;
}
