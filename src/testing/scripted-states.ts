import type { SessionState, StatePoint } from '../contract/session-state.ts';
import type { ScriptedState } from './scripted-session.ts';

const STATES: Readonly<Record<ScriptedState, StatePoint>> = {
  STARTING: { state: 'creating', final: false },
  IDLE: { state: 'ready', final: false },
  RUNNING: { state: 'busy', final: false },
  // It will do no more work, and it is paid for until somebody ends it.
  UNHEALTHY: { state: 'failed', final: false },
  STOPPING: { state: 'terminated', final: false },
  STOPPED: { state: 'terminated', final: true },
  BROKEN: { state: 'failed', final: true },
};

/** Where a native state stands among ours; `undefined` for a word that is in no table. */
export function toStatePoint(nativeState: string): StatePoint | undefined {
  return Object.hasOwn(STATES, nativeState) ? STATES[nativeState as ScriptedState] : undefined;
}

/** All native states that stand for one of these. */
export function toNativeStates(states: readonly SessionState[]): readonly string[] {
  return Object.entries(STATES).flatMap(([native, point]) => (states.includes(point.state) ? [native] : []));
}
