import type { protos } from '@google-cloud/dataproc';
import type { SessionState } from '../../src/contract/session-state.ts';
import { defineStates, type StateFacts } from '../../src/provider-kit/states.ts';

/** One of the service's state names. */
export type NativeState = keyof typeof protos.google.cloud.dataproc.v1.Session.State;

/**
 * Every state that the protos of Dataproc name; a state that a new SDK adds breaks the build here. ACTIVE is ready once a client
 * can connect, see {@link toStateFacts}. TERMINATING is still billed: not final. STATE_UNSPECIFIED
 * also stands for names that the SDK does not know when it reads them over REST, so it means nothing.
 * @see https://cloud.google.com/dataproc-serverless/docs/reference/rest/v1/projects.locations.sessions#State (read 2026-11-20)
 */
export const DATAPROC_STATES = defineStates<NativeState>({
  STATE_UNSPECIFIED: undefined,
  CREATING: { state: 'creating', final: false },
  ACTIVE: { state: 'ready', final: false },
  TERMINATING: { state: 'terminated', final: false },
  TERMINATED: { state: 'terminated', final: true },
  FAILED: { state: 'failed', final: true },
});

/** The states by their numbers in the protos. */
export const STATE_NUMBERS = {
  STATE_UNSPECIFIED: 0,
  CREATING: 1,
  ACTIVE: 2,
  TERMINATING: 3,
  TERMINATED: 4,
  FAILED: 5,
} as const satisfies Record<NativeState, number>;

const NAMES_BY_NUMBER = new Map<number, string>(Object.entries(STATE_NUMBERS).map(([name, number]) => [number, name]));

/** The name of a state: the SDK returns names or numbers, depending on transport and call. A number without a name stays a number. */
export function toStateName(native: string | number | null | undefined): string {
  if (typeof native !== 'number') return native ?? 'STATE_UNSPECIFIED';
  return NAMES_BY_NUMBER.get(native) ?? String(native);
}

/**
 * What a state means; `undefined` for an unknown one.
 * @param isReachable - whether clients can connect: a Spark Connect session may be ACTIVE for a while before it has its endpoint.
 */
export function toStateFacts(native: string, isReachable: boolean): StateFacts | undefined {
  const facts = DATAPROC_STATES.facts(native);
  return facts?.state === 'ready' && !isReachable ? DATAPROC_STATES.facts('CREATING') : facts;
}

/** The native states of sessions that are not final and may mean one of the given states. */
export function liveNativeStates(states: readonly SessionState[]): NativeState[] {
  // ACTIVE may mean creating.
  return DATAPROC_STATES.live(states.includes('creating') ? [...states, 'ready'] : states);
}
