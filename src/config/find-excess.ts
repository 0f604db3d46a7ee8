import { isPlainMap } from '../provider-kit/option-shape.ts';
import type { ConfigPath } from './config-problem.ts';

/** Deeper than any real configuration: every check of it calls itself for each level. */
const MOST_DEPTH = 64;

/** More than any real configuration. A few lines of YAML aliases can expand to billions of values. */
const MOST_VALUES = 100_000;

/** How many values a value contains with its aliases, and how deep they are nested. */
interface Extent {
  readonly values: number;
  readonly depth: number;
}

/** Where a configuration contains itself, is nested too deeply or contains too many values, and how; `undefined` where it does not. */
export function findExcess(root: unknown): { readonly path: ConfigPath; readonly message: string } | undefined {
  const around = new Set<unknown>();
  // A value with several references is measured once.
  const known = new Map<unknown, Extent>();
  let excess: { readonly path: ConfigPath; readonly message: string } | undefined;

  const measure = (value: unknown, path: ConfigPath): Extent => {
    if (!Array.isArray(value) && !isPlainMap(value)) return { values: 1, depth: 0 };
    if (around.has(value)) excess ??= { path, message: 'contains itself: write the value out' };
    const before = known.get(value);
    if (path.length + (before?.depth ?? 0) > MOST_DEPTH) {
      excess ??= { path: path.slice(0, 3), message: `is nested more than ${MOST_DEPTH} deep` };
    }
    if (excess !== undefined) return { values: 0, depth: 0 };
    if (before !== undefined) return before;
    around.add(value);
    let [values, depth] = [1, 0];
    for (const [key, member] of Object.entries(value)) {
      const inside = measure(member, [...path, Array.isArray(value) ? Number(key) : key]);
      values += inside.values;
      depth = Math.max(depth, inside.depth + 1);
    }
    around.delete(value);
    if (values > MOST_VALUES) {
      excess ??= { path, message: `has more than ${MOST_VALUES} values; each use of a YAML alias counts` };
    }
    known.set(value, { values, depth });
    return { values, depth };
  };

  measure(root, []);
  return excess;
}
