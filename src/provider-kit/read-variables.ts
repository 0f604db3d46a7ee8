import type { FoundOption, Variables } from '../contract/provider-plugin.ts';

/** The options that are left out and that a variable holds; an empty variable counts as not set. */
export function readVariables(
  variables: Readonly<Record<string, string>>,
  options: Readonly<Record<string, unknown>>,
  env: Variables,
): readonly FoundOption[] {
  return Object.entries(variables).flatMap(([option, variable]) => {
    const text = options[option] === undefined ? (env[variable] ?? '') : '';
    return text === '' ? [] : [{ option, source: `\${${variable}}`, text }];
  });
}
