import type { CapabilityFlag } from '../contract/capabilities.ts';
import type { FaultKind, SubjectFacts } from './subject.ts';
import type { Trial } from './trial.ts';

/**
 * One check of one rule. Which cases run is decided by {@link ConformanceCase.lacks} alone; nobody can leave one out.
 * Decision 26: docs/decisions/0026-capabilities-select-conformance-cases.md
 */
export interface ConformanceCase {
  /** The rule in CONTRACT.md, such as `'C-031'`. */
  readonly rule: string;
  readonly title: string;
  /** What the subject would have to have for the case to apply; absent or `undefined` when it applies. */
  readonly lacks?: (facts: SubjectFacts) => string | undefined;
  readonly run: (trial: Trial) => Promise<void>;
}

/** Freezes a case: all subjects share it. */
export function defineCase(each: ConformanceCase): ConformanceCase {
  return Object.freeze(each);
}

/** The provider does not keep the rule. */
export class RuleBroken extends Error {
  override readonly name = 'RuleBroken';
}

/** The case could not be brought about, because another rule is not kept; it counts as failed all the same. */
export class CaseBlocked extends Error {
  override readonly name = 'CaseBlocked';
  /** The rule that is in the way. */
  readonly blockedBy: string;

  constructor(blockedBy: string, message: string) {
    super(message);
    this.blockedBy = blockedBy;
  }
}

/**
 * Asserts what a rule asks for.
 *
 * @throws RuleBroken with the message when the condition does not hold.
 */
export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new RuleBroken(message);
}

/** Applies where the capability is there. */
export function needsFlag(flag: CapabilityFlag): (facts: SubjectFacts) => string | undefined {
  return ({ capabilities }) => (capabilities[flag] ? undefined : `the capability '${flag}'`);
}

/** The negative of {@link needsFlag}: applies where the capability is absent. */
export function needsNoFlag(flag: CapabilityFlag): (facts: SubjectFacts) => string | undefined {
  return ({ capabilities }) => (capabilities[flag] ? `the absence of '${flag}'` : undefined);
}

/** Applies where the service can be made to have all of these faults. */
export function needsFaults(...kinds: readonly FaultKind[]): (facts: SubjectFacts) => string | undefined {
  return ({ faults }) => {
    const missing = kinds.filter((kind) => !faults.includes(kind));
    return missing.length === 0 ? undefined : `a service that can be made to show '${missing.join("' and '")}'`;
  };
}

/** Applies to a provider behind the layers of the core. */
export function needsLayers({ layered }: SubjectFacts): string | undefined {
  return layered ? undefined : 'the layers of the core around it';
}

/** Applies to a bare provider. */
export function needsBare({ layered }: SubjectFacts): string | undefined {
  return layered ? 'a bare provider, without the layers of the core' : undefined;
}

/** Applies where all of them apply. */
export function allOf(
  ...needs: readonly ((facts: SubjectFacts) => string | undefined)[]
): (facts: SubjectFacts) => string | undefined {
  return (facts) => {
    const lacking = needs.flatMap((need) => need(facts) ?? []);
    return lacking.length === 0 ? undefined : lacking.join(', ');
  };
}
