import type { ErrorKind } from '../contract/error-kinds.ts';
import type { Observation } from '../contract/observation.ts';
import { SessionError } from '../contract/session-error.ts';
import { check, RuleBroken } from './conformance-case.ts';

/** How a promise has settled. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

/** The outcome of a promise as a value. */
export function outcomeOf<T>(promise: Promise<T>): Promise<Outcome<T>> {
  return promise.then(
    (value) => ({ ok: true, value }),
    (error: unknown) => ({ ok: false, error }),
  );
}

/** A state as a sentence tells it. */
export function said(observation: Observation): string {
  const { state, nativeState, final } = observation;
  return `${state ?? 'of no known state'} (${JSON.stringify(nativeState)}${final ? ', final' : ''})`;
}

/** Expects that a call has failed with a SessionError of one of the kinds. */
export function expectError(
  outcome: Outcome<unknown>,
  kinds: ErrorKind | readonly ErrorKind[],
  what: string,
): SessionError {
  const wanted = [kinds].flat().join(' or ');
  if (outcome.ok) throw new RuleBroken(`${what} must fail with ${wanted} and succeeded`);
  const { error } = outcome;
  check(SessionError.is(error), `${what} must fail with a SessionError and threw ${String(error)}`);
  check([kinds].flat().includes(error.kind), `${what} must fail with ${wanted}; it failed with ${error.message}`);
  return error;
}
