import type { SessionDefaults } from '../contract/session-defaults.ts';
import { SESSION_SIZES } from '../contract/start-request.ts';
import {
  assertNoProblems,
  duration,
  oneOf,
  optionProblems,
  signal,
  text,
  texts,
  type Checks,
} from './option-checks.ts';

/**
 * What a start may say; everything has a default.
 * @typeParam Native - the provider's own start options
 */
export interface StartOptions<Native = unknown> extends SessionDefaults {
  /** For people, 1..128 characters. */
  readonly name?: string | undefined;
  /** Names the session for ever, 1..512 characters: while it lives, the same key gives the same session. */
  readonly key?: string | undefined;
  /** When the key's session has ended, start its next generation instead of failing with `conflict`. */
  readonly restart?: boolean | undefined;
  /** The provider's own start options, in its own type. */
  readonly native?: Native | undefined;
  /** Gives up waiting for the start; what becomes of a session that appears afterwards is `onAbort`. */
  readonly signal?: AbortSignal | undefined;
  /** `terminate` (the default) ends a session that appears after the caller gave up; `detach` leaves it to its key and its idle timeout. */
  readonly onAbort?: 'terminate' | 'detach' | undefined;
}

const CHECKS: Checks<StartOptions> = {
  name: text(128),
  key: text(512),
  restart: oneOf(true, false),
  idleTimeoutMs: duration,
  maxLifetimeMs: duration,
  labels: texts,
  size: oneOf(...SESSION_SIZES),
  sparkConf: texts,
  native: () => undefined,
  signal,
  onAbort: oneOf('terminate', 'detach'),
};

/**
 * Checks what a JavaScript caller may have got wrong, all at once and before anything is started.
 * @throws SessionError `invalid-request` with a line per problem.
 */
export function assertStartOptions(options: StartOptions): void {
  const problems = optionProblems('start', options, CHECKS);
  // What was given need not be an object at all.
  const { restart, key } = Object(options) as StartOptions;
  if (restart === true && key === undefined)
    problems.push("'restart' needs a 'key': it asks for the key's next generation");
  assertNoProblems('start', problems);
}
