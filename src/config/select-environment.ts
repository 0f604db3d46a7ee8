import { closestName } from '../provider-kit/closest-name.ts';
import type { ConfigPath } from './config-problem.ts';
import type { ReadConfig } from './read-config.ts';

/** The selected environment, or why none is. */
export type EnvironmentSelection =
  { readonly name: string } | { readonly name: undefined; readonly path: ConfigPath; readonly message: string };

/** Selects by the argument, else by `ANYSESSION_ENV` (empty counts as not set), else by `defaultEnvironment`, else the only one. */
export function selectEnvironment(
  { environments, env, defaultEnvironment }: Pick<ReadConfig, 'environments' | 'env' | 'defaultEnvironment'>,
  argument: string | undefined,
): EnvironmentSelection {
  const names = Object.keys(environments);
  if (names.length === 0) {
    return { name: undefined, path: ['environments'], message: 'expected at least one environment; found none' };
  }
  const variable = env['ANYSESSION_ENV'] === '' ? undefined : env['ANYSESSION_ENV'];
  const name = argument ?? variable ?? defaultEnvironment ?? (names.length === 1 ? names[0] : undefined);
  const listed = `environments: ${names.join(', ')}`;
  if (name === undefined) {
    const ways = 'set ANYSESSION_ENV, pass `environment` (command line: --env), or write `defaultEnvironment`';
    return { name, path: [], message: `no environment is selected (${listed}): ${ways}` };
  }
  if (names.includes(name)) return { name };
  const closest = closestName(name, names);
  const hint = closest === undefined ? '' : `; did you mean ${closest}?`;
  const isDefault = argument === undefined && variable === undefined;
  const source = isDefault || argument !== undefined ? '' : ' (from ANYSESSION_ENV)';
  return {
    name: undefined,
    path: isDefault ? ['defaultEnvironment'] : [],
    message: `unknown environment ${JSON.stringify(name)}${source}${hint} (${listed})`,
  };
}
