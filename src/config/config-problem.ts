import { SessionError } from '../contract/session-error.ts';

/** A place in a configuration, from the top down. */
export type ConfigPath = readonly (string | number)[];

/** One problem of a configuration. */
export interface ConfigProblem {
  /** The file's name, relative where it is below the working directory; `config` for a configuration object. */
  readonly file: string;
  /** From 1; present when the file cannot be parsed. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;
  readonly path: ConfigPath;
  /** The expected and the actual value; never contains a secret. */
  readonly message: string;
}

/** A path in JavaScript syntax: `environments.prod.labels["cost centre"]`. */
export function formatPath(path: ConfigPath): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!/^[\w$-]+$/.test(part)) return `[${JSON.stringify(part)}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join('');
}

/** One problem as one line: file, path, message. */
export function formatProblem({ file, line, column, path, message }: ConfigProblem): string {
  const position = line === undefined ? '' : `:${line}:${column ?? 1}`;
  const parts = [`${file}${position}`, formatPath(path), message].filter((part) => part !== '');
  return parts.map((part) => (part.length > MOST_SHOWN ? `${part.slice(0, MOST_SHOWN)}…` : part)).join(': ');
}

/** Characters of a path and of a message: both may repeat a text from the file, of any length. */
const MOST_SHOWN = 600;

/** Keeps the first problem per path: the others follow from it. */
export function withoutRepeats(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const seen = new Set<string>();
  return problems.filter(({ file, path, message }) => {
    const place = path.length === 0 ? `${file}\n${message}` : JSON.stringify(path);
    return !seen.has(place) && seen.add(place);
  });
}

/** One error with all problems, a line each. */
export function configInvalid(problems: readonly ConfigProblem[], cause?: unknown): SessionError {
  const lines = withoutRepeats(problems).map(formatProblem);
  const message = lines.length === 1 ? lines.join() : `${lines.length} problems:\n  ${lines.join('\n  ')}`;
  return new SessionError('config-invalid', message, { operation: 'loadConfig', cause });
}
