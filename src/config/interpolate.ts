import { isPlainMap } from './check-shape.ts';
import type { ConfigPath } from './config-problem.ts';

/** A text that took its value from variables. */
export interface FilledText {
  readonly path: ConfigPath;
  /** As it stands in the file: `${TOKEN}`. */
  readonly template: string;
  /** With the variables' values: may be a secret. */
  readonly text: string;
}

/** A configuration with its variables filled in, and what that took. */
export interface Interpolation {
  readonly value: unknown;
  readonly filled: readonly FilledText[];
  /** One per reference that could not be filled; its text is left as it stands. */
  readonly problems: readonly { readonly path: ConfigPath; readonly message: string }[];
}

const REFERENCE = /\$\$\{|\$\{([^}]*)(\}?)/g;
const NAME = /^([A-Za-z_]\w*)(?::-(.*))?$/s;

/**
 * Fills `${VAR}` and `${VAR:-default}` in every text of a configuration; `$${` gives a plain `${`.
 * A default stands in for a variable that is not set or is empty, as in a shell.
 */
export function interpolate(root: unknown, rootPath: ConfigPath, env: NodeJS.ProcessEnv): Interpolation {
  const filled: FilledText[] = [];
  const problems: { path: ConfigPath; message: string }[] = [];

  const fill = (template: string, path: ConfigPath): string => {
    if (!template.includes('${')) return template;
    const messages: string[] = [];
    const names: string[] = [];
    const text = template.replace(REFERENCE, (reference: string, inner?: string, end?: string) => {
      if (inner === undefined) return '${';
      const [, name, fallback] = (end === '}' && NAME.exec(inner)) || [];
      if (name === undefined) {
        messages.push(`${reference} is no variable: write \${NAME} or \${NAME:-default}, and $\${ for a plain \${`);
        return reference;
      }
      names.push(name);
      const found = env[name];
      if (fallback !== undefined) return found === undefined || found === '' ? fallback : found;
      if (found === undefined)
        messages.push(`the variable ${name} is not set: set it, or write a default, \${${name}:-…}`);
      return found ?? reference;
    });
    problems.push(...messages.map((message) => ({ path, message })));
    if (names.length > 0 && messages.length === 0) filled.push({ path, template, text });
    return messages.length === 0 ? text : template;
  };

  const walk = (value: unknown, path: ConfigPath): unknown => {
    if (typeof value === 'string') return fill(value, path);
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index]));
    if (!isPlainMap(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, walk(member, [...path, key])]));
  };

  return { value: walk(root, rootPath), filled, problems };
}
