import type { StateFacts } from '../../src/provider-kit/states.ts';

/** The states of a local session in its service's own words. */
export const LOCAL_STATES = ['OPENING', 'IDLE', 'RUNNING', 'CLOSING', 'CLOSED', 'BROKEN'] as const;

/** One native state of a local session. */
export type LocalState = (typeof LOCAL_STATES)[number];

/**
 * Native to normalized, total.
 * `RUNNING` still accepts work: a further statement waits for its turn. `CLOSING` lasts while a statement is interrupted
 * and the engine lets go of its memory and files; from `CLOSED` and `BROKEN` nothing is held any more.
 */
export const STATE_MEANINGS: Readonly<Record<LocalState, StateFacts>> = Object.freeze({
  OPENING: { state: 'creating', acceptsWork: false, final: false },
  IDLE: { state: 'ready', acceptsWork: true, final: false },
  RUNNING: { state: 'busy', acceptsWork: true, final: false },
  CLOSING: { state: 'terminated', acceptsWork: false, final: false },
  CLOSED: { state: 'terminated', acceptsWork: false, final: true },
  BROKEN: { state: 'failed', acceptsWork: false, final: true },
});
