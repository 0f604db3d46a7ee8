import { SessionError } from '../contract/session-error.ts';
import type { SessionDefaults } from '../contract/session-defaults.ts';
import { SESSION_SIZES } from '../contract/start-request.ts';

/** What a start may say; everything has a default. */
export interface StartOptions extends SessionDefaults {
  /** For people, 1..128 characters. */
  readonly name?: string | undefined;
  /** Names the session for ever, 1..512 characters: while it lives, the same key gives the same session. */
  readonly key?: string | undefined;
  /** When the key's session has ended, start its next generation instead of failing with `conflict`. */
  readonly restart?: boolean | undefined;
  /** The provider's own start options, in its own type. */
  readonly native?: unknown;
  /** Gives up waiting for the start; what becomes of a session that appears afterwards is `onAbort`. */
  readonly signal?: AbortSignal | undefined;
  /** `terminate` (the default) ends a session that appears after the caller gave up; `detach` leaves it to its key and its idle timeout. */
  readonly onAbort?: 'terminate' | 'detach' | undefined;
}

type Check = (value: unknown) => string | undefined;

const text =
  (most: number): Check =>
  (value) =>
    typeof value === 'string' && value.trim() !== '' && value.length <= most
      ? undefined
      : `a text of 1 to ${most} characters`;
const duration: Check = (value) =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? undefined : 'a number of milliseconds above 0';
const texts: Check = (value) =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((v) => typeof v === 'string')
    ? undefined
    : 'an object whose values are texts';
const oneOf =
  (...allowed: readonly unknown[]): Check =>
  (value) =>
    allowed.includes(value) ? undefined : `one of ${allowed.map((v) => JSON.stringify(v)).join(', ')}`;

const CHECKS: Readonly<Record<keyof StartOptions, Check>> = {
  name: text(128),
  key: text(512),
  restart: oneOf(true, false),
  idleTimeoutMs: duration,
  maxLifetimeMs: duration,
  labels: texts,
  size: oneOf(...SESSION_SIZES),
  sparkConf: texts,
  native: () => undefined,
  signal: (value) => (value instanceof AbortSignal ? undefined : 'an AbortSignal'),
  onAbort: oneOf('terminate', 'detach'),
};

/**
 * Checks what a JavaScript caller may have got wrong, all at once and before anything is started.
 * @throws SessionError `invalid-request` with a line per problem.
 */
export function assertStartOptions(options: StartOptions): void {
  const problems = Object.entries(options).flatMap(([name, value]) => {
    if (!Object.hasOwn(CHECKS, name))
      return [`'${name}' is no option of start; options are ${Object.keys(CHECKS).join(', ')}`];
    const expected = value === undefined ? undefined : CHECKS[name as keyof StartOptions](value);
    return expected === undefined ? [] : [`'${name}' must be ${expected}`];
  });
  if (options.restart === true && options.key === undefined)
    problems.push("'restart' needs a 'key': it asks for the key's next generation");
  if (problems.length > 0) throw new SessionError('invalid-request', problems.join('\n'), { operation: 'start' });
}
