import type { CapabilityFlag } from '../contract/capabilities.ts';
import type { FaultKind, SubjectFacts } from './subject.ts';

/**
 * One check of one rule. Only {@link KitCase.lacks} decides whether it applies; there is no way to leave a case out.
 * Decision 26: docs/decisions/0026-capabilities-select-conformance-cases.md
 */
export interface KitCase<Facts, TrialOfKind> {
  /** The rule in CONTRACT.md, such as `'C-031'`. */
  readonly rule: string;
  readonly title: string;
  /** Returns what the subject lacks for the case to apply; absent or `undefined` when it applies. */
  readonly lacks?: (facts: Facts) => string | undefined;
  readonly run: (trial: TrialOfKind) => Promise<void>;
}

/** What a case needs of a subject: returns what the subject lacks, or `undefined`. */
export type Need<Facts> = (facts: Facts) => string | undefined;

/** Returns a function that defines cases which apply where all needs are met. */
export function casesNeeding<Facts, TrialOfKind>(
  needs: readonly Need<Facts>[],
): (rule: string, title: string, run: KitCase<Facts, TrialOfKind>['run']) => KitCase<Facts, TrialOfKind> {
  const lacks = (facts: Facts): string | undefined =>
    needs.flatMap((need) => need(facts) ?? []).join(', ') || undefined;
  return (rule, title, run) => Object.freeze({ rule, title, lacks, run });
}

/** Applies where the subject has the capability. */
export function needsFlag(flag: CapabilityFlag): Need<SubjectFacts> {
  return ({ capabilities }) => (capabilities[flag] ? undefined : `the capability '${flag}'`);
}

/** Applies where the subject does not have the capability. */
export function needsNoFlag(flag: CapabilityFlag): Need<SubjectFacts> {
  return ({ capabilities }) => (capabilities[flag] ? `the absence of '${flag}'` : undefined);
}

/** Applies where the service can show all of these faults. */
export function needsFaults(...kinds: readonly FaultKind[]): Need<{ readonly faults: readonly FaultKind[] }> {
  return ({ faults }) => {
    const missing = kinds.filter((kind) => !faults.includes(kind));
    return missing.length === 0 ? undefined : `a service that can be made to show '${missing.join("' and '")}'`;
  };
}

/** Applies to a provider behind the layers of the core. */
export function needsLayers({ layered }: SubjectFacts): string | undefined {
  return layered ? undefined : 'the layers of the core around it';
}

/** Applies to a provider without the layers of the core. */
export function needsBare({ layered }: SubjectFacts): string | undefined {
  return layered ? 'a bare provider, without the layers of the core' : undefined;
}
