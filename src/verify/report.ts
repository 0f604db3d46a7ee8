import type { LeftSession } from './ending.ts';
import type { Figures } from './figures.ts';
import type { Finding } from './finding.ts';
import type { Area, PointValue } from './points/point.ts';

/** How one case went. */
export interface CaseReport {
  /** The rule in CONTRACT.md. */
  readonly rule: string;
  readonly title: string;
  readonly area: Area;
  readonly outcome: 'passed' | 'failed' | 'not-applicable' | 'not-run';
  /** What was seen, or why it was not. */
  readonly evidence: string;
}

/** What was found out about one undocumented point. */
export interface PointReport {
  readonly option: string;
  readonly question: string;
  readonly area: Area;
  readonly finding: Finding;
  /** What the emulator does by default. */
  readonly assumed: PointValue;
  /** Whether the finding says the same; absent where it says nothing. */
  readonly agrees?: boolean;
}

/** What the sessions of a verification cost, or why that is not known. */
export interface SpentReport {
  readonly amount?: number;
  readonly currency?: string;
  /** Sessions whose cost is not known, with the reason. */
  readonly unknown: readonly string[];
}

/** Everything that a verification found out; plain data without credentials. */
export interface VerificationReport {
  /** The version of anysession. */
  readonly anysession: string;
  /** When it began, in ISO 8601. */
  readonly date: string;
  readonly provider: string;
  readonly scope: string;
  readonly region?: string;
  /** The engine and its version in the service's spelling. */
  readonly release?: string;
  /** Why it ended before everything was done. */
  readonly stopped?: string;
  readonly cases: readonly CaseReport[];
  readonly points: readonly PointReport[];
  readonly figures: Figures;
  readonly sessions: {
    readonly started: number;
    readonly ended: number;
    readonly left: readonly LeftSession[];
    /** Why the list could not show at the end that nothing else runs. */
    readonly unlisted?: string;
  };
  readonly spent: SpentReport;
  /** The pauses that the service asked for when it throttled, milliseconds; `null` where it named none. */
  readonly throttles: readonly (number | null)[];
}

/** How many cases failed. */
export function failures({ cases }: Pick<VerificationReport, 'cases'>): number {
  return cases.filter(({ outcome }) => outcome === 'failed').length;
}
