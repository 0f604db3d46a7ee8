import type { SessionState } from '../contract/session-state.ts';
import { defineStates } from '../provider-kit/states.ts';
import type { ScriptedState } from './scripted-session.ts';

/** The states of a scripted session. */
export const SCRIPTED_STATES = defineStates<ScriptedState>({
  STARTING: { state: 'creating', final: false },
  IDLE: { state: 'ready', final: false },
  RUNNING: { state: 'busy', final: false },
  // It will do no more work, and it is paid for until somebody ends it.
  UNHEALTHY: { state: 'failed', final: false },
  STOPPING: { state: 'terminated', final: false },
  STOPPED: { state: 'terminated', final: true },
  BROKEN: { state: 'failed', final: true },
});

/** All native states that mean one of these. */
export function toNativeStates(states: readonly SessionState[]): readonly string[] {
  return SCRIPTED_STATES.names.filter((name) => states.some((state) => SCRIPTED_STATES.facts(name)?.state === state));
}
