import { SessionError } from '../contract/session-error.ts';

/** Deeper than any real input. A value that contains itself reaches it, and without it a stack would overflow later. */
const MOST_DEPTH = 64;

interface Problem {
  readonly path: readonly string[];
  readonly what: string;
}

/**
 * Why no engine and no service may get a value: C libraries end a text at a NUL, so `DELETE FROM t \0 WHERE …` would lose its
 * WHERE. `undefined` for a value that can be sent.
 */
export function problemOfInput(value: unknown, name: string): string | undefined {
  const problem = findProblem(value, 0);
  return problem && `${[name, ...problem.path].join('.').slice(0, 100)} ${problem.what}`;
}

/** Refuses such a value before any I/O. @throws SessionError `invalid-request` that names the place. */
export function assertSendable(operation: string, value: unknown, name: string): void {
  const problem = problemOfInput(value, name);
  if (problem !== undefined) throw new SessionError('invalid-request', problem, { operation });
}

function findProblem(value: unknown, depth: number): Problem | undefined {
  if (typeof value === 'string') return withNul(value, 'has');
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return undefined;
  if (depth > MOST_DEPTH) return { path: [], what: `is nested more than ${MOST_DEPTH} deep, or contains itself` };
  for (const [name, member] of Object.entries(value)) {
    const problem = withNul(name, 'has a name with') ?? findProblem(member, depth + 1);
    if (problem !== undefined) return { ...problem, path: [name.replaceAll('\0', ''), ...problem.path] };
  }
  return undefined;
}

function withNul(text: string, has: string): Problem | undefined {
  const at = text.indexOf('\0');
  const what = `${has} a NUL character (U+0000) at position ${at + 1}, where engines and services may cut a text. Remove it.`;
  return at < 0 ? undefined : { path: [], what };
}
