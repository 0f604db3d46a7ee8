import type * as z from 'zod';
import { INSTALLABLE_ENGINES } from '../../src/provider-kit/installed-engine.ts';
import type { OptionProblem } from '../../src/contract/provider-plugin.ts';

/** What was read when an issue came up. */
export interface ReadOptions {
  readonly options: unknown;
  /** The names of all options. */
  readonly known: readonly string[];
}

/** Says one issue of the schema in our words: what was expected there, and what was found. */
export function toProblems(issue: z.core.$ZodIssue, { options, known }: ReadOptions): OptionProblem[] {
  const path = issue.path.filter((step) => typeof step !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    const there = path.length === 0 ? `there are ${known.join(', ')}` : 'there is url';
    return issue.keys.map((key) => ({ path: [...path, key], message: `is no option here; ${there}` }));
  }
  return [{ path, message: `${expectation(issue)}; found ${formatFound(options, path)}` }];
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_union':
      return `must be ${['duckdb', ...INSTALLABLE_ENGINES].map((name) => JSON.stringify(name)).join(', ')} or a map of \`url\` alone`;
    case 'invalid_type':
      return `must be ${issue.expected === 'array' ? 'a list' : issue.expected === 'int' ? 'a whole number' : `a ${issue.expected}`}`;
    case 'too_small':
      return issue.origin === 'string' ? 'must not be empty' : `must be ${issue.minimum} or more`;
    case 'too_big':
      return `must be ${issue.maximum} or less`;
    default:
      return issue.message;
  }
}

function formatFound(options: unknown, path: readonly (string | number)[]): string {
  let found = options;
  for (const step of path) found = (found as Readonly<Record<string | number, unknown>> | undefined)?.[step];
  if (found === undefined) return 'nothing';
  if (typeof found === 'function' || typeof found === 'symbol') return `a ${typeof found}`;
  // A URL in it may hold a token.
  if (typeof found === 'object' && found !== null && !Array.isArray(found)) return 'a map';
  return JSON.stringify(found);
}
