import type { SessionState as NativeState } from '@aws-sdk/client-athena';
import type { SessionState, StatePoint } from '../../src/contract/session-state.ts';
import type { AthenaEngine } from './options.ts';

/** What one of Athena's states means. */
export interface StateFacts extends StatePoint {
  readonly acceptsWork: boolean;
}

/**
 * Every state that Athena's model names; a state that a new SDK adds breaks the build here.
 * CREATED takes no calculation; on Spark 3.5 it takes clients once it has an endpoint, which only the endpoint call tells.
 * Decision 14: docs/decisions/0014-athena-created-is-ready-with-an-endpoint.md
 * DEGRADED holds its DPUs until somebody terminates it: failed, and not final.
 * TERMINATING never comes back, and its DPUs are not free yet: terminated, and not final.
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_SessionStatus.html (read 2026-11-20)
 */
export const ATHENA_STATES = {
  CREATING: { state: 'creating', final: false },
  CREATED: { state: 'creating', final: false },
  IDLE: { state: 'ready', final: false },
  BUSY: { state: 'busy', final: false },
  DEGRADED: { state: 'failed', final: false },
  TERMINATING: { state: 'terminated', final: false },
  TERMINATED: { state: 'terminated', final: true },
  FAILED: { state: 'failed', final: true },
} as const satisfies Record<NativeState, StatePoint>;

/**
 * What a native state means; `undefined` for one that no table knows.
 * A busy session on Spark 3.5 takes more work over its connection; one on PySpark 3 takes one calculation at a time.
 */
export function toStateFacts(native: string, engine: AthenaEngine | undefined): StateFacts | undefined {
  if (!Object.hasOwn(ATHENA_STATES, native)) return undefined;
  const point: StatePoint = ATHENA_STATES[native as NativeState];
  const acceptsWork = point.state === 'ready' || (point.state === 'busy' && engine === 'spark-3.5');
  return { ...point, acceptsWork };
}

/** The native states that are not final and mean one of the given states. */
export function liveNativeStates(states: readonly SessionState[]): readonly NativeState[] {
  return (Object.keys(ATHENA_STATES) as NativeState[]).filter((native) => {
    const { state, final } = ATHENA_STATES[native];
    return !final && states.includes(state);
  });
}
