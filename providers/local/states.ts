import type { StateFacts } from '../../src/provider-kit/states.ts';

/**
 * The states of a local session and their meanings.
 * `RUNNING` still accepts work: other statements wait. During `CLOSING` statements are interrupted and the engine releases
 * its memory and files; `CLOSED` and `BROKEN` hold nothing.
 */
export const STATES = Object.freeze({
  OPENING: { state: 'creating', acceptsWork: false, final: false },
  IDLE: { state: 'ready', acceptsWork: true, final: false },
  RUNNING: { state: 'busy', acceptsWork: true, final: false },
  CLOSING: { state: 'terminated', acceptsWork: false, final: false },
  CLOSED: { state: 'terminated', acceptsWork: false, final: true },
  BROKEN: { state: 'failed', acceptsWork: false, final: true },
} as const satisfies Record<string, StateFacts>);

/** One native state of a local session. */
export type LocalState = keyof typeof STATES;
