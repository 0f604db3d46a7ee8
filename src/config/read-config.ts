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

/** The name of a configuration object in messages. */
const OBJECT_LABEL = 'config';

/** A configuration read from all its files. Its top level is checked; the environments are as written. */
export interface ReadConfig {
  readonly file: string | undefined;
  /** The name of the file in messages. */
  readonly label: string;
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
