import type { ConfigPath } from './config-problem.ts';
import { isPlainMap } from '../provider-kit/option-shape.ts';

/** A text whose value came from variables. */
export interface FilledText {
  readonly path: ConfigPath;
  /** As written in the file: `${TOKEN}`. */
  readonly template: string;
  /** With the variables' values; may be a secret. */
  readonly text: string;
}

/** A configuration with its variables filled in. */
export interface Interpolation {
  readonly value: unknown;
  readonly filled: readonly FilledText[];
  /** One per reference that could not be filled; its text stays as written. */
  readonly problems: readonly { readonly path: ConfigPath; readonly message: string }[];
}

const REFERENCE = /\$\$\{|\$\{([^}]*)(\}?)/g;
const NAME = /^([A-Za-z_]\w*)(?::-(.*))?$/s;

/**
 * Fills `${VAR}` and `${VAR:-default}` in every text of a configuration; `$${` gives a literal `${`.
 * As in a shell, the default replaces a variable that is not set or empty.
 */
export function interpolate(root: unknown, rootPath: ConfigPath, env: NodeJS.ProcessEnv): Interpolation {
  const filled: FilledText[] = [];
  const problems: { path: ConfigPath; message: string }[] = [];

  const fill = (template: string, path: ConfigPath): string => {
    if (!template.includes('${')) return template;
    const messages: string[] = [];
    let references = 0;
    const text = template.replace(REFERENCE, (reference: string, inner?: string, end?: string) => {
      if (inner === undefined) return '${';
      const [, name, fallback] = (end === '}' && NAME.exec(inner)) || [];
      if (name === undefined) {
        messages.push(`${reference} is not a variable: write \${NAME} or \${NAME:-default}, or $\${ for a literal \${`);
        return reference;
      }
      references++;
      const found = env[name];
      if (fallback !== undefined) return found === undefined || found === '' ? fallback : found;
      if (found === undefined) messages.push(`variable ${name} is not set. Set it or write a default: \${${name}:-…}`);
      return found ?? reference;
    });
    problems.push(...messages.map((message) => ({ path, message })));
    if (references > 0 && messages.length === 0) filled.push({ path, template, text });
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
