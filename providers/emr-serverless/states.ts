import type { SessionState as NativeState } from '@aws-sdk/client-emr-serverless';
import type { SessionState, StatePoint } from '../../src/contract/session-state.ts';

/** What one of the service's states means. */
export interface StateFacts extends StatePoint {
  readonly acceptsWork: boolean;
}

/**
 * Every state that the model of EMR Serverless names; a state that a new SDK adds breaks the build here.
 * Clients may connect in STARTED and in IDLE, and nobody may wait for STARTED: sessions were seen to skip it.
 * A busy session takes more work over its connection. TERMINATING never comes back, and is still billed: not final.
 * @see https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/interactive-sessions.html (read 2026-11-20)
 */
export const EMR_SERVERLESS_STATES = {
  SUBMITTED: { state: 'creating', final: false },
  STARTING: { state: 'creating', final: false },
  STARTED: { state: 'ready', final: false },
  IDLE: { state: 'ready', final: false },
  BUSY: { state: 'busy', final: false },
  TERMINATING: { state: 'terminated', final: false },
  TERMINATED: { state: 'terminated', final: true },
  FAILED: { state: 'failed', final: true },
} as const satisfies Record<NativeState, StatePoint>;

/** What a native state means; `undefined` for one that no table knows. */
export function toStateFacts(native: string): StateFacts | undefined {
  if (!Object.hasOwn(EMR_SERVERLESS_STATES, native)) return undefined;
  const point: StatePoint = EMR_SERVERLESS_STATES[native as NativeState];
  return { ...point, acceptsWork: point.state === 'ready' || point.state === 'busy' };
}

/** The native states that are not final and mean one of the given states. */
export function liveNativeStates(states: readonly SessionState[]): NativeState[] {
  return (Object.keys(EMR_SERVERLESS_STATES) as NativeState[]).filter((native) => {
    const { state, final } = EMR_SERVERLESS_STATES[native];
    return !final && states.includes(state);
  });
}
