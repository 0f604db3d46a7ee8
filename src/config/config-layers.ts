import { realpath } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { isMap } from '../provider-kit/option-shape.ts';
import { configInvalid, type ConfigPath, type ConfigProblem } from './config-problem.ts';
import { describeValue } from '../provider-kit/describe-value.ts';
import { findExcess } from './find-excess.ts';
import { interpolate } from './interpolate.ts';
import { CONFIG_EXTENSIONS, displayName } from './find-config-file.ts';
import { readConfigFile } from './read-config-file.ts';

/** One file of a configuration. */
export interface ConfigLayer {
  /** The file's absolute path; `undefined` for a configuration object. */
  readonly file: string | undefined;
  /** Its name in messages. */
  readonly label: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** The files of a configuration, the nearest first. */
export type ConfigLayers = readonly [ConfigLayer, ...ConfigLayer[]];

/** Where and with which variables the files are read. */
export interface LayerContext {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * A layer followed by all that it extends, the nearest first.
 * Decision 23: docs/decisions/0023-config-extends-local-files-only.md
 * @throws SessionError `config-invalid` for an `extends` that is remote, circular or cannot be read, and for a layer that
 * contains itself or too much.
 */
export async function withBases(
  layer: ConfigLayer,
  context: LayerContext,
  chain: readonly string[] = [],
): Promise<ConfigLayers> {
  const excess = findExcess(layer.value);
  if (excess !== undefined) throw configInvalid([{ file: layer.label, ...excess }]);
  const { extends: bases, ...value } = layer.value;
  if (bases === undefined) return [layer];
  const here = layer.file === undefined ? [] : [await realpath(layer.file)];
  const files = basePaths(bases, layer, context).map((path) =>
    resolve(layer.file ? dirname(layer.file) : context.cwd, path),
  );
  const behind: ConfigLayer[] = [];
  for (const file of files.reverse()) {
    const label = displayName(file, context.cwd);
    const real = await realpath(file).catch(() => file);
    if ([...chain, ...here].includes(real)) {
      const circle = [...chain, ...here, real].map((path) => displayName(path, context.cwd));
      throw configInvalid([{ file: layer.label, path: ['extends'], message: `is circular: ${circle.join(' → ')}` }]);
    }
    const base = { file, label, value: await readConfigFile(file, label) };
    behind.push(...(await withBases(base, context, [...chain, ...here])));
  }
  return [{ ...layer, value }, ...behind];
}

/** Merges the layers. Maps are merged by key; any other value of a nearer layer replaces the farther one. */
export function mergeLayers(layers: ConfigLayers): Readonly<Record<string, unknown>> {
  return layers.map((layer) => layer.value).reduceRight((farther, nearer) => mergeMaps(farther, nearer, []));
}

/** The layer that the value at a path comes from; the nearest layer when there is no value. */
export function layerOf(layers: ConfigLayers, path: ConfigPath): ConfigLayer {
  for (let depth = path.length; depth > 0; depth--) {
    const layer = layers.find(({ value }) => reaches(value, path.slice(0, depth)));
    if (layer !== undefined) return layer;
  }
  return layers[0];
}

type Mapping = Readonly<Record<string, unknown>>;

function mergeMaps(farther: Mapping, nearer: Mapping, path: ConfigPath): Mapping {
  const isEnvironment = path.length === 2 && path[0] === 'environments';
  // Another provider has other options: an environment that changes its provider inherits only `session`.
  const changesProvider =
    isEnvironment && (nearer['provider'] ?? farther['provider']) !== (farther['provider'] ?? nearer['provider']);
  const kept = Object.entries(farther).filter(([key]) => !changesProvider || key === 'session');
  const merged = new Map(kept);
  for (const [key, value] of Object.entries(nearer)) {
    const behind = merged.get(key);
    merged.set(key, isMap(behind) && isMap(value) ? mergeMaps(behind, value, [...path, key]) : value);
  }
  return Object.fromEntries(merged);
}

function reaches(value: unknown, path: ConfigPath): boolean {
  let member = value;
  for (const part of path) {
    if (typeof member !== 'object' || member === null || !Object.hasOwn(member, part)) return false;
    member = (member as Record<string | number, unknown>)[part];
  }
  return true;
}

/** The paths in `extends`; each is a local file with a known extension. */
function basePaths(bases: unknown, layer: ConfigLayer, { env }: LayerContext): string[] {
  const { value, problems } = interpolate(bases, ['extends'], env);
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const all: ConfigProblem[] = problems.map((problem) => ({ ...problem, file: layer.label }));
  list.forEach((item, index) => {
    const message = whyNoPath(item);
    const path = Array.isArray(value) ? ['extends', index] : ['extends'];
    if (message !== undefined) all.push({ file: layer.label, path, message });
  });
  if (all.length > 0) throw configInvalid(all);
  return list as string[];
}

function whyNoPath(item: unknown): string | undefined {
  const found = describeValue(item);
  if (typeof item !== 'string' || item === '') return `expected a file path or a list of file paths; found ${found}`;
  // Two letters or more before the colon: `C:\…` is a path, `gh:…` and `https:…` are not.
  if (/^[a-z][a-z0-9+.-]+:/i.test(item)) return `expected a local file; found ${found}: remote files are not supported`;
  if (!(CONFIG_EXTENSIONS as readonly string[]).includes(extname(item))) {
    return `expected a file path that ends in ${CONFIG_EXTENSIONS.join(', ')}; found ${found}: packages and folders are not supported`;
  }
  return undefined;
}
