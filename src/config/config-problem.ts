import { SessionError } from '../contract/session-error.ts';

/** Where in a configuration something stands, from its top down. */
export type ConfigPath = readonly (string | number)[];

/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
  /** The file as people know it (relative where that is shorter), or `config` for a configuration given as an object. */
  readonly file: string;
  /** From 1; present where the file itself cannot be read as what it is. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;
  readonly path: ConfigPath;
  /** What was expected and what was found; never holds a secret. */
  readonly message: string;
}

/** A path as one writes it in JavaScript: `environments.prod.labels["cost centre"]`. */
export function formatPath(path: ConfigPath): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!/^[\w$-]+$/.test(part)) return `[${JSON.stringify(part)}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join('');
}

/** One problem as one line: file, place, what is wrong. */
export function formatProblem({ file, line, column, path, message }: ConfigProblem): string {
  const position = line === undefined ? '' : `:${line}:${column ?? 1}`;
  return [`${file}${position}`, formatPath(path), message].filter((part) => part !== '').join(': ');
}

/** Of several problems at one place only the first is worth reading: the others follow from it. */
export function withoutRepeats(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const seen = new Set<string>();
  return problems.filter(({ file, path, message }) => {
    const place = path.length === 0 ? `${file}\n${message}` : JSON.stringify(path);
    return !seen.has(place) && seen.add(place);
  });
}

/** The one error that tells all that is wrong, a line each. */
export function configInvalid(problems: readonly ConfigProblem[], cause?: unknown): SessionError {
  const lines = withoutRepeats(problems).map(formatProblem);
  const message = lines.length === 1 ? lines.join() : `${lines.length} problems:\n  ${lines.join('\n  ')}`;
  return new SessionError('config-invalid', message, { operation: 'loadConfig', cause });
}
