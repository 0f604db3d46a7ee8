import { SessionError } from '../contract/session-error.ts';
import { checkOptions, type OptionShape } from '../provider-kit/option-shape.ts';

/** The shape of each option of `Options`; a name that is not in the table is no option. */
export type Checks<Options> = Readonly<Record<keyof Options, OptionShape>>;

/** A text that is not blank. @param maxLength - characters. */
export const text = (maxLength = Infinity): OptionShape => ({
  type: 'string',
  minLength: 1,
  maxLength,
  pattern: '\\S',
  title: maxLength === Infinity ? 'a text that is not empty' : `a text of 1 to ${maxLength} characters`,
});

/** A duration, milliseconds. */
export const duration: OptionShape = {
  type: 'number',
  exclusiveMinimum: 0,
  title: 'a number of milliseconds above 0',
};

/** An amount of money. */
export const amount: OptionShape = { type: 'number', exclusiveMinimum: 0 };

/** A value that only code can pass. @param title - what it must be. */
export const code = (title: string, accepts: (value: unknown) => boolean): OptionShape => ({
  type: 'code',
  title,
  accepts,
});

/** How long to wait, milliseconds; `Infinity` waits without a limit. */
export const patience = code('a number of milliseconds, 0 or more', (value) => typeof value === 'number' && value >= 0);

/** The last millisecond that a Date can represent is this one. */
const LAST_MS = 8.64e15;

/** A point in time, epoch milliseconds. */
export const time = code('epoch milliseconds', (value) => typeof value === 'number' && Math.abs(value) < LAST_MS);

/** Names with texts. */
export const texts: OptionShape = { type: 'object', additionalProperties: { type: 'string' } };

/** True or false. */
export const flag: OptionShape = { type: 'boolean' };

/** One of a few texts. */
export const oneOf = (...allowed: readonly string[]): OptionShape => ({ type: 'string', enum: allowed });

/** Any value. */
export const anything = code('anything', () => true);

/** A function. */
export const callback = code('a function', (value) => typeof value === 'function');

/** Not compared with our own `AbortSignal`: test runners pass objects of another realm. */
export const signal = code(
  'an AbortSignal',
  (value) => typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value,
);

/** All problems of the options of an operation, one line each. */
export function optionProblems<Options>(operation: string, options: unknown, checks: Checks<Options>): string[] {
  const shape = { type: 'object', properties: checks, additionalProperties: false } as const;
  return checkOptions(options, shape).map(({ path, message }) =>
    path.length === 0 ? `options of ${operation}: ${message}` : `'${path.join('.')}': ${message}`,
  );
}

/**
 * Checks the options of a JavaScript caller before anything is done: a misspelled option would change nothing, silently.
 * @throws SessionError `invalid-request` with a line per problem.
 */
export function assertOptions<Options>(operation: string, options: unknown, checks: Checks<Options>): void {
  assertNoProblems(operation, optionProblems(operation, options, checks));
}

/** Checks one value. @throws SessionError `invalid-request` */
export function assertValue(operation: string, name: string, value: unknown, shape: OptionShape): void {
  const problems = checkOptions(value, shape).map(({ message }) => `'${name}': ${message}`);
  assertNoProblems(operation, problems);
}

/** @throws SessionError `invalid-request` with a line per problem, if there are any. */
export function assertNoProblems(operation: string, problems: readonly string[]): void {
  if (problems.length > 0) throw new SessionError('invalid-request', problems.join('\n'), { operation });
}
