import type { ErrorKind } from '../contract/error-kinds.ts';
import { SessionError } from '../contract/session-error.ts';

/** The provider breaks the rule of the case. */
export class RuleBroken extends Error {
  override readonly name = 'RuleBroken';
}

/** The case cannot run because the provider breaks another rule; it counts as failed. */
export class CaseBlocked extends Error {
  override readonly name = 'CaseBlocked';
  /** The rule that the provider breaks. */
  readonly blockedBy: string;

  constructor(blockedBy: string, message: string) {
    super(message);
    this.blockedBy = blockedBy;
  }
}

/**
 * Asserts what a rule requires.
 *
 * @throws RuleBroken with the message when the condition does not hold.
 */
export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new RuleBroken(message);
}

/** How a promise settled. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

/** The outcome of a promise as a value. */
export function outcomeOf<T>(promise: Promise<T>): Promise<Outcome<T>> {
  return promise.then(
    (value) => ({ ok: true, value }),
    (error: unknown) => ({ ok: false, error }),
  );
}

/** Checks that a call failed with a SessionError of one of the kinds. */
export function expectError(
  outcome: Outcome<unknown>,
  kinds: ErrorKind | readonly ErrorKind[],
  what: string,
): SessionError {
  const wanted = [kinds].flat().join(' or ');
  if (outcome.ok) throw new RuleBroken(`${what} must fail with ${wanted}, and it succeeded`);
  const { error } = outcome;
  check(SessionError.is(error), `${what} must fail with a SessionError, and it threw ${String(error)}`);
  check([kinds].flat().includes(error.kind), `${what} must fail with ${wanted}, and it failed with ${error.message}`);
  return error;
}

/** The state of a session or a code block, in words for a failure text. */
export function said(seen: {
  readonly state?: string | undefined;
  readonly nativeState: string;
  readonly final?: boolean;
}): string {
  return `${seen.state ?? 'in an unknown state'} (${JSON.stringify(seen.nativeState)}${seen.final ? ', final' : ''})`;
}
