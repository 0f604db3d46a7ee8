import { isPlainMap } from './check-shape.ts';
import type { ConfigPath } from './config-problem.ts';

/** Where a configuration refers to something that it stands in, as YAML's anchors and objects can; `undefined` nowhere. */
export function findCircle(root: unknown): ConfigPath | undefined {
  const around = new Set<unknown>();
  // What many places refer to is looked into once.
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
