import type { SessionDefaults } from '../contract/session-defaults.ts';
import { SESSION_SIZES } from '../contract/start-request.ts';
import {
  amount,
  assertNoProblems,
  duration,
  oneOf,
  anything,
  callback,
  flag,
  optionProblems,
  patience,
  signal,
  text,
  texts,
  type Checks,
} from './option-checks.ts';
import type { QueuePlace } from './queue-place.ts';

/**
 * Options of a start. All have defaults.
 * @typeParam Native - the start options of this provider only
 */
export interface StartOptions<Native = unknown> extends SessionDefaults {
  /** For people, 1..128 characters. */
  readonly name?: string | undefined;
  /** Names the session, 1..512 characters. While it lives, starting with the same key returns the same session. */
  readonly key?: string | undefined;
  /** When the session of the key has ended, start a new one instead of failing with `conflict`. While that lives, the key names it. */
  readonly restart?: boolean | undefined;
  /**
   * `any` takes the running session of the key although it was started with other options, which are then dropped; by default that is
   * an error. Known only for starts on this host. It also takes the session of another owner, with a warning.
   */
  readonly adopt?: 'any' | undefined;
  /**
   * What `close` does. By default it terminates the session, unless a living process of this host held it when it was started: then it
   * detaches. Processes on several hosts that share a key cannot see each other: let all but one `detach`.
   */
  readonly onClose?: 'terminate' | 'detach' | undefined;
  /** Start options of this provider only. */
  readonly native?: Native | undefined;
  /** Stops waiting for the start. `onAbort` decides what happens to a session that starts anyway. */
  readonly signal?: AbortSignal | undefined;
  /** How long to wait until the service has accepted the start, milliseconds; by default about a minute. Includes the time in the queue. Ends as an abort does. */
  readonly timeoutMs?: number | undefined;
  /** Called with each new place in the queue while the start waits for a free quota ({@link StartOptions.queueTimeoutMs}). */
  readonly onQueued?: ((place: QueuePlace) => void) | undefined;
  /** `terminate` (default) ends a session that starts after the abort or the timeout; `detach` leaves it running until its idle timeout. */
  readonly onAbort?: 'terminate' | 'detach' | undefined;
}

const CHECKS: Checks<StartOptions> = {
  name: text(128),
  key: text(512),
  restart: flag,
  adopt: oneOf('any'),
  onClose: oneOf('terminate', 'detach'),
  maxSpend: amount,
  idleTimeoutMs: duration,
  maxLifetimeMs: duration,
  labels: texts,
  size: oneOf(...SESSION_SIZES),
  sparkConf: texts,
  native: anything,
  signal,
  timeoutMs: patience,
  queueTimeoutMs: patience,
  onQueued: callback,
  onAbort: oneOf('terminate', 'detach'),
};

/**
 * Checks all options at run time, before any call.
 * @throws SessionError `invalid-request` with one line per problem.
 */
export function assertStartOptions(options: StartOptions): void {
  const problems = optionProblems('start', options, CHECKS);
  // A JavaScript caller may pass something that is not an object.
  const { restart, adopt, key } = Object(options) as StartOptions;
  if (restart === true && key === undefined) problems.push("'restart' needs a 'key'");
  if (adopt !== undefined && key === undefined) problems.push("'adopt' needs a 'key'");
  assertNoProblems('start', problems);
}
