import { closestName } from './closest-name.ts';
import type { ConfigPath } from './config-problem.ts';

/** Who may say which environment is meant, the first that does so wins. */
export interface EnvironmentSelection {
  readonly argument: string | undefined;
  /** The value of `ANYSESSION_ENV`; empty counts as not set. */
  readonly variable: string | undefined;
  readonly defaultEnvironment: string | undefined;
}

/** The environment that was chosen, or why none could be. */
export type EnvironmentChoice =
  { readonly name: string } | { readonly name: undefined; readonly path: ConfigPath; readonly message: string };

/** Chooses among the environments of a configuration. */
export function selectEnvironment(names: readonly string[], wishes: EnvironmentSelection): EnvironmentChoice {
  if (names.length === 0)
    return { name: undefined, path: ['environments'], message: 'there is none: write at least one' };
  const { argument, defaultEnvironment } = wishes;
  const variable = wishes.variable === '' ? undefined : wishes.variable;
  const wish = argument ?? variable ?? defaultEnvironment ?? (names.length === 1 ? names[0] : undefined);
  const listed = `there are: ${names.join(', ')}`;
  if (wish === undefined) {
    const ways = 'set ANYSESSION_ENV, pass `environment` (on the command line --env), or write `defaultEnvironment`';
    return { name: undefined, path: [], message: `which environment? ${listed}; ${ways}` };
  }
  if (names.includes(wish)) return { name: wish };
  const closest = closestName(wish, names);
  const meant = closest === undefined ? '' : `; did you mean ${closest}?`;
  const isDefault = argument === undefined && variable === undefined;
  const source = isDefault || argument !== undefined ? '' : ' (asked for by ANYSESSION_ENV)';
  return {
    name: undefined,
    path: isDefault ? ['defaultEnvironment'] : [],
    message: `there is no environment ${JSON.stringify(wish)}${source}${meant} (${listed})`,
  };
}
