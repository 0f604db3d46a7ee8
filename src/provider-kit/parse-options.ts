import type { OptionProblem, ParsedOptions } from '../contract/provider-plugin.ts';
import { checkOptions, type ObjectShape } from './option-shape.ts';

/** Options after parsing: those in `Present` are required or have a default, the others may be undefined. */
export type ConfigOf<Options, Present extends keyof Options> = {
  readonly [Name in keyof Options]-?: Name extends Present
    ? Exclude<Options[Name], undefined>
    : Options[Name] | undefined;
};

/** A check that needs more than one option. */
export type OptionRule = (options: Readonly<Record<string, unknown>>) => readonly OptionProblem[];

/**
 * Checks options against their shape and fills in defaults; reports all problems at once.
 * `credentials` may also be a function, which JSON Schema cannot express.
 * @typeParam Config - has a member for every property of the shape, see {@link ConfigOf}.
 */
export function parseOptions<Config>(
  options: Readonly<Record<string, unknown>>,
  shape: ObjectShape,
  ...rules: readonly OptionRule[]
): ParsedOptions<Config> {
  const { credentials, ...others } = options;
  const problems = [
    ...checkOptions(typeof credentials === 'function' ? others : options, shape),
    ...rules.flatMap((rule) => rule(options)),
  ];
  if (problems.length > 0) return { ok: false, problems };
  const read = Object.entries(shape.properties ?? {}).map(([name, property]) => [
    name,
    options[name] ?? ('default' in property ? property.default : undefined),
  ]);
  // Safe: every member fits its shape.
  return { ok: true, config: Object.fromEntries(read) as Config };
}

/** Refuses `second` beside `first`, because each says what the other one says. */
export function notBoth(first: string, second: string): OptionRule {
  return (options) =>
    options[first] !== undefined && options[second] !== undefined
      ? [{ path: [second], message: `cannot be used together with \`${first}\`: remove one of the two` }]
      : [];
}
