import type { SessionDefaults } from '../contract/session-defaults.ts';
import { SESSION_SIZES } from '../contract/start-request.ts';
import {
  assertNoProblems,
  duration,
  oneOf,
  anything,
  flag,
  optionProblems,
  patience,
  signal,
  text,
  texts,
  type Checks,
} from './option-checks.ts';

/**
 * Options of a start. All have defaults.
 * @typeParam Native - the start options of this provider only
 */
export interface StartOptions<Native = unknown> extends SessionDefaults {
  /** For people, 1..128 characters. */
  readonly name?: string | undefined;
  /** Names the session, 1..512 characters. While it lives, starting with the same key returns the same session. */
  readonly key?: string | undefined;
  /** When the session of the key has ended, start a new one instead of failing with `conflict`. */
  readonly restart?: boolean | undefined;
  /** Start options of this provider only. */
  readonly native?: Native | undefined;
  /** Stops waiting for the start. `onAbort` decides what happens to a session that starts anyway. */
  readonly signal?: AbortSignal | undefined;
  /** How long to wait until the service has accepted the start, milliseconds; by default about a minute. Ends as an abort does. */
  readonly timeoutMs?: number | undefined;
  /** `terminate` (default) ends a session that starts after the abort or the timeout; `detach` leaves it running until its idle timeout. */
  readonly onAbort?: 'terminate' | 'detach' | undefined;
}

const CHECKS: Checks<StartOptions> = {
  name: text(128),
  key: text(512),
  restart: flag,
  idleTimeoutMs: duration,
  maxLifetimeMs: duration,
  labels: texts,
  size: oneOf(...SESSION_SIZES),
  sparkConf: texts,
  native: anything,
  signal,
  timeoutMs: patience,
  onAbort: oneOf('terminate', 'detach'),
};

/**
 * Checks all options at run time, before any call.
 * @throws SessionError `invalid-request` with one line per problem.
 */
export function assertStartOptions(options: StartOptions): void {
  const problems = optionProblems('start', options, CHECKS);
  // A JavaScript caller may pass something that is not an object.
  const { restart, key } = Object(options) as StartOptions;
  if (restart === true && key === undefined) problems.push("'restart' needs a 'key'");
  assertNoProblems('start', problems);
}
