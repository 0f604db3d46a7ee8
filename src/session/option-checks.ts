import { SessionError } from '../contract/session-error.ts';

/** Looks at one value: `undefined` when it fits, else what it must be. */
export type Check = (value: unknown) => string | undefined;

/** The check of each option of `Options`; what is in no table is no option. */
export type Checks<Options> = Readonly<Record<keyof Options, Check>>;

/** A text that is not blank, with at most so many characters. */
export const text =
  (most: number): Check =>
  (value) =>
    typeof value === 'string' && value.trim() !== '' && value.length <= most
      ? undefined
      : `a text of 1 to ${most} characters`;

/** A length of time that is not none. */
export const duration: Check = (value) =>
  Number.isFinite(value) && (value as number) > 0 ? undefined : 'a number of milliseconds above 0';

/** A length of time to wait; `Infinity` waits for ever. */
export const patience: Check = (value) =>
  typeof value === 'number' && value >= 0 ? undefined : 'a number of milliseconds, 0 or more';

/** The last millisecond that a Date can name; most services know earlier ones alone. */
const LAST_MS = 8.64e15;

/** A point in time, of which there may be an earlier one. */
export const time: Check = (value) =>
  typeof value === 'number' && Math.abs(value) < LAST_MS ? undefined : 'epoch milliseconds';

/** Names and texts. */
export const texts: Check = (value) =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((entry) => typeof entry === 'string')
    ? undefined
    : 'an object whose values are texts';

/** One of a few values. */
export const oneOf =
  (...allowed: readonly unknown[]): Check =>
  (value) =>
    allowed.includes(value) ? undefined : `one of ${listed(allowed)}`;

/** An array of some of a few values. */
export const someOf =
  (...allowed: readonly unknown[]): Check =>
  (value) =>
    Array.isArray(value) && value.every((entry) => allowed.includes(entry))
      ? undefined
      : `an array of ${listed(allowed)}`;

/** Not compared with our own `AbortSignal`: test runners hand over objects of another realm. */
export const signal: Check = (value) =>
  typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value
    ? undefined
    : 'an AbortSignal';

/** All that is wrong with the options of an operation, a line each. */
export function optionProblems<Options>(operation: string, options: unknown, checks: Checks<Options>): string[] {
  const names = Object.keys(checks);
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    return [`the options of ${operation} are an object { ${names.join(', ')} }`];
  }
  return Object.entries(options).flatMap(([name, value]) => {
    if (!Object.hasOwn(checks, name))
      return [`'${name}' is no option of ${operation}; options are ${names.join(', ')}`];
    const expected = value === undefined ? undefined : checks[name as keyof Options](value);
    return expected === undefined ? [] : [`'${name}' must be ${expected}`];
  });
}

/**
 * Refuses what a JavaScript caller got wrong, all at once and before anything is done: a misspelt option would change nothing, silently.
 * @throws SessionError `invalid-request` with a line per problem.
 */
export function assertOptions<Options>(operation: string, options: unknown, checks: Checks<Options>): void {
  assertNoProblems(operation, optionProblems(operation, options, checks));
}

/** @throws SessionError `invalid-request` with a line per problem, if there are any. */
export function assertNoProblems(operation: string, problems: readonly string[]): void {
  if (problems.length > 0) throw new SessionError('invalid-request', problems.join('\n'), { operation });
}

function listed(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(', ');
}
