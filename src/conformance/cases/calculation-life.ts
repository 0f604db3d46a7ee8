import { randomUUID } from 'node:crypto';
import {
  isCalculationOver,
  type CalculationObservation,
  type CalculationRequest,
  type CalculationRunner,
} from '../../contract/calculation-runner.ts';
import type { SessionHandle } from '../../contract/session-handle.ts';
import { CaseBlocked, check } from '../conformance-case.ts';
import type { Trial } from '../trial.ts';

/** The runner that the capability promises. */
export function calculationsOf({ provider }: Trial): CalculationRunner {
  if (provider.calculations === undefined)
    throw new CaseBlocked('C-002', "'calculations' is said and 'calculations' is missing");
  return provider.calculations;
}

/** A block of code under a token of its own. */
export function codeRequest(code: string): CalculationRequest {
  return { token: `kit-${randomUUID()}`, code };
}

/** Starts a block of code under a token of its own and gives its id. */
export async function startCode(trial: Trial, handle: SessionHandle, code: string): Promise<string> {
  const { id } = await trial.settle(calculationsOf(trial).start(handle, codeRequest(code), trial.call()));
  return id;
}

/** Looks at a calculation once. What has not ended must not tell an end. */
export async function lookAt(trial: Trial, handle: SessionHandle, id: string): Promise<CalculationObservation> {
  const seen = await trial.settle(calculationsOf(trial).describe(handle, id, trial.call()));
  check(seen.id === id, `the calculation ${id} was asked for and ${seen.id} was shown`);
  if (!isCalculationOver(seen.state))
    check(seen.endedAtMs === undefined, `a calculation that is ${saidOf(seen)} has ended at ${seen.endedAtMs}`);
  return seen;
}

/** Looks again and again until a calculation is over. @throws CaseBlocked naming the rule when it does not get there. */
export async function untilOver(
  trial: Trial,
  handle: SessionHandle,
  { id, rule = 'C-061' }: { readonly id: string; readonly rule?: string },
): Promise<CalculationObservation> {
  const seen = await trial.lookUntil(
    () => lookAt(trial, handle, id),
    ({ state }) => isCalculationOver(state),
  );
  if (isCalculationOver(seen.state)) return seen;
  throw new CaseBlocked(rule, `the calculation is ${saidOf(seen)} and does not end`);
}

/** The blocks of code that the service really ran. */
export async function ranOf({ oracle, subject }: Trial): Promise<readonly string[]> {
  if (oracle.calculations === undefined)
    throw new Error(`the oracle of the subject '${subject.name}' must tell which code ran (its member 'calculations')`);
  return oracle.calculations();
}

/** The state of a calculation as a sentence tells it. */
export function saidOf({ state, nativeState }: CalculationObservation): string {
  return `${state ?? 'of no known state'} (${JSON.stringify(nativeState)})`;
}
