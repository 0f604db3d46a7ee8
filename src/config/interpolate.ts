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

/**
 * Fills `${VAR}` and `${VAR:-default}` in every text of a configuration; `$${` gives a literal `${`.
 * As in a shell, the default replaces a variable that is not set or empty, and may contain references.
 */
export function interpolate(root: unknown, rootPath: ConfigPath, env: NodeJS.ProcessEnv): Interpolation {
  const filled: FilledText[] = [];
  const problems: { path: ConfigPath; message: string }[] = [];

  const fill = (template: string, path: ConfigPath): string => {
    if (!template.includes('${')) return template;
    const { text, hasReferences, messages } = fillReferences(template, env);
    problems.push(...messages.map((message) => ({ path, message })));
    if (messages.length > 0) return template;
    if (hasReferences) filled.push({ path, template, text });
    return text;
  };

  const walk = (value: unknown, path: ConfigPath): unknown => {
    if (typeof value === 'string') return fill(value, path);
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index]));
    if (!isPlainMap(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, walk(member, [...path, key])]));
  };

  return { value: walk(root, rootPath), filled, problems };
}

/** A part of a text with its references filled, and where it ends. */
interface FilledPart {
  readonly text: string;
  readonly end: number;
}

/** A default in a default in a default: more is a mistake. */
const MAX_DEPTH = 10;
const SHOWN_LENGTH = 80;
const BEGIN = /\$\{([A-Za-z_]\w*)(:-|\})/y;

function fillReferences(
  template: string,
  env: NodeJS.ProcessEnv,
): { readonly text: string; readonly hasReferences: boolean; readonly messages: readonly string[] } {
  const messages: string[] = [];
  let hasReferences = false;

  /** @param isUsed - false in a default that is not needed: its variables need not be set */
  const reference = (at: number, depth: number, isUsed: boolean): FilledPart => {
    BEGIN.lastIndex = at;
    const [begin = '', name, operator] = (depth <= MAX_DEPTH && BEGIN.exec(template)) || [];
    const value = name === undefined ? undefined : env[name];
    if (operator === '}') {
      hasReferences = true;
      if (value === undefined && isUsed) {
        messages.push(`variable ${name} is not set. Set it or write a default: \${${name}:-…}`);
      }
      return { text: value ?? '', end: at + begin.length };
    }
    const needsDefault = value === undefined || value === '';
    const fallback = operator && part(at + begin.length, depth, isUsed && needsDefault);
    if (fallback && template[fallback.end] === '}') {
      hasReferences = true;
      return { text: needsDefault ? fallback.text : value, end: fallback.end + 1 };
    }
    const end = template.indexOf('}', at) + 1 || template.length;
    const found = template.slice(at, end);
    const shown = found.length > SHOWN_LENGTH ? `${found.slice(0, SHOWN_LENGTH)}…` : found;
    messages.push(`${shown} is not a variable: write \${NAME} or \${NAME:-default}, or $\${ for a literal \${`);
    return { text: found, end };
  };

  /** The text up to the end, or of a default up to its brace. */
  const part = (from: number, depth: number, isUsed: boolean): FilledPart => {
    let text = '';
    let at = from;
    while (at < template.length && !(depth > 0 && template[at] === '}')) {
      if (template.startsWith('$${', at)) {
        text += '${';
        at += 3;
      } else if (template.startsWith('${', at)) {
        const filled = reference(at, depth + 1, isUsed);
        text += filled.text ?? '';
        at = filled.end;
      } else {
        text += template.charAt(at);
        at += 1;
      }
    }
    return { text, end: at };
  };

  return { text: part(0, 0, true).text, hasReferences, messages };
}
