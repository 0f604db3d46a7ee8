import { expect } from 'vitest';

/** Matches a SessionError of a kind whose message contains a text or matches a pattern. */
export function errorLike(kind: string, message: RegExp | string = '', members: object = {}): object {
  const text: unknown = typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message);
  return expect.objectContaining({ kind, message: text, ...members }) as object;
}
