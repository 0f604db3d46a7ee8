import { join, resolve } from 'node:path';
import { checkOptions, isMap } from '../provider-kit/option-shape.ts';
import { layerOf, mergeLayers, withBases, type ConfigLayer } from './config-layers.ts';
import type { ConfigRequest } from './config-options.ts';
import { configInvalid, type ConfigPath, type ConfigProblem } from './config-problem.ts';
import { CONFIG_SHAPE } from './config-shape.ts';
import { describeValue } from '../provider-kit/describe-value.ts';
import { displayName, findConfigFile } from './find-config-file.ts';
import { interpolate } from './interpolate.ts';
import { readConfigFile } from './read-config-file.ts';
import { closestName } from '../provider-kit/closest-name.ts';

/** The name of a configuration object in messages. */
const OBJECT_LABEL = 'config';

/** A configuration read from all its files. Its top level is checked; the environments are as written. */
export interface ReadConfig {
  readonly file: string | undefined;
  /** The name of the file in messages. */
  readonly label: string;
  /** The names of all files that were read, this one first. */
  readonly files: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** By name; those that are no maps are among the problems. */
  readonly environments: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly defaultEnvironment: string | undefined;
  readonly owner: string | undefined;
  readonly problems: readonly ConfigProblem[];
  /** The name of the file that the value at a path comes from. */
  labelAt(path: ConfigPath): string;
  /** The absolute path that a relative specifier at a path is resolved from. */
  baseOf(path: ConfigPath): string;
}

/**
 * Finds and reads the configuration with all that it extends.
 * @throws SessionError `config-invalid` when a file cannot be found, read or parsed; other problems are in `problems`.
 */
export async function readConfig(request: ConfigRequest): Promise<ReadConfig> {
  const { cwd = process.cwd(), env = process.env } = request;
  const nearest = await nearestLayer(request.config, cwd);
  const layers = await withBases(nearest, { cwd, env });
  const { environments, ...top } = mergeLayers(layers);
  const { value, problems: unfilled } = interpolate(top, [], env);
  const { defaultEnvironment, owner } = value as Record<string, unknown>;
  const checked = checkOptions({ ...(value as object), environments }, CONFIG_SHAPE);
  return {
    file: nearest.file,
    label: nearest.label,
    files: layers.map(({ label }) => label),
    env,
    environments: mapsIn(environments),
    defaultEnvironment: typeof defaultEnvironment === 'string' ? defaultEnvironment : undefined,
    owner: typeof owner === 'string' ? owner : undefined,
    problems: [...unfilled, ...checked].map((problem) => ({ ...problem, file: layerOf(layers, problem.path).label })),
    labelAt: (path) => layerOf(layers, path).label,
    baseOf: (path) => layerOf(layers, path).file ?? join(cwd, OBJECT_LABEL),
  };
}

async function nearestLayer(config: ConfigRequest['config'], cwd: string): Promise<ConfigLayer> {
  if (config !== undefined && typeof config !== 'string') {
    if (isMap(config)) return { file: undefined, label: OBJECT_LABEL, value: config };
    const message = `expected a file path or a configuration object; found ${describeValue(config)}`;
    throw configInvalid([{ file: OBJECT_LABEL, path: [], message }]);
  }
  const file = config === undefined ? findConfigFile(cwd) : resolve(cwd, config);
  const label = displayName(file, cwd);
  return { file, label, value: await readConfigFile(file, label) };
}

function mapsIn(environments: unknown): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const entries = isMap(environments) ? Object.entries(environments) : [];
  return Object.fromEntries(entries.flatMap(([name, value]) => (isMap(value) ? [[name, value] as const] : [])));
}

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
    message: `unknown environment ${describeValue(name)}${source}${hint} (${listed})`,
  };
}
