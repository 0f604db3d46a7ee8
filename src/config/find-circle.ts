import { isPlainMap } from './is-plain-map.ts';
import type { ConfigPath } from './config-problem.ts';

/** Where a configuration contains itself, as YAML aliases and objects can; `undefined` when it does not. */
export function findCircle(root: unknown): ConfigPath | undefined {
  const around = new Set<unknown>();
  // A value with several references is searched once.
  const clear = new Set<unknown>();

  const walk = (value: unknown, path: ConfigPath): ConfigPath | undefined => {
    if ((!Array.isArray(value) && !isPlainMap(value)) || clear.has(value)) return undefined;
    if (around.has(value)) return path;
    around.add(value);
    for (const [key, member] of Object.entries(value)) {
      const found = walk(member, [...path, Array.isArray(value) ? Number(key) : key]);
      if (found !== undefined) return found;
    }
    around.delete(value);
    clear.add(value);
    return undefined;
  };

  return walk(root, []);
}
