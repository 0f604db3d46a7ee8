import { describe, expect, it } from 'vitest';

import { PageBook } from '../../src/emulator/page-book.ts';
import { SeededRandom } from '../../src/emulator/seeded-random.ts';
import { TokenBook } from '../../src/emulator/token-book.ts';
import { Timeline } from '../../src/emulator/timeline.ts';
import { CALL } from './service-world.ts';

describe('PageBook', () => {
  const newBook = () => new PageBook(new SeededRandom(1), () => new Error('foreign'));
  const rows = ['a', 'b', 'c'].map((id) => [id, id] as const);
  const request = { listing: 'all', rows, size: 2, token: undefined };

  it('gives the same page for the same token, and no token with the last page', () => {
    const book = newBook();
    const { rows: first, nextToken: token } = book.list(CALL, request);
    expect(first).toEqual(['a', 'b']);
    expect(book.list(CALL, { ...request, token })).toEqual({ rows: ['c'], nextToken: undefined });
    expect(book.list(CALL, { ...request, token })).toEqual({ rows: ['c'], nextToken: undefined });
    expect(book.list(CALL, { ...request, size: 3 }).nextToken).toBeUndefined();
  });

  it('forgets the oldest of ten thousand tokens', () => {
    const book = newBook();
    const tokens = Array.from({ length: 10_001 }, () => book.list(CALL, request).nextToken);
    expect(() => book.list(CALL, { ...request, token: tokens[0] })).toThrow('foreign');
    expect(book.list(CALL, { ...request, token: tokens[1] }).rows).toEqual(['c']);
  });
});

describe('TokenBook', () => {
  it('keeps scopes apart, and leaves nothing behind when the call is refused', () => {
    const clock = { nowMs: () => 0, monotonicMs: () => 0, schedule: () => () => undefined };
    const book = new TokenBook(new Timeline(clock), undefined, () => new Error('clash'));
    let runs = 0;
    const use = (scope: string, parameters: object = {}) =>
      book.once({ scope, token: 'token', parameters }, () => {
        runs += 1;
        if (runs === 1) throw new Error('refused');
        return { runs };
      });
    expect(() => use('one')).toThrow('refused');
    expect(use('one', { a: [{ c: 1, b: 2 }] })).toEqual({ runs: 2 });
    expect(use('one', { a: [{ b: 2, c: 1 }] })).toEqual({ runs: 2 });
    expect(() => use('one', { a: [{ b: 2, c: 2 }] })).toThrow('clash');
    expect(use('two')).toEqual({ runs: 3 });
  });
});
