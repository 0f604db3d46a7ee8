import { describe, expect, it } from 'vitest';

import { PageBook } from '../../src/emulator/page-book.ts';
import { SeededRandom } from '../../src/emulator/seeded-random.ts';
import { TokenBook } from '../../src/emulator/token-book.ts';
import { Timeline } from '../../src/emulator/timeline.ts';

describe('PageBook', () => {
  const request = {
    listing: 'all',
    ids: () => ['a', 'b', 'c'],
    pageSize: 2,
    token: undefined,
    empty: false,
    foreign: () => new Error('foreign'),
  };

  it('gives the same page for the same token, and no token with the last page', () => {
    const book = new PageBook(new SeededRandom(1));
    const { ids, nextToken: token } = book.turn(request);
    expect(ids).toEqual(['a', 'b']);
    expect(book.turn({ ...request, token })).toEqual({ ids: ['c'], nextToken: undefined });
    expect(book.turn({ ...request, token })).toEqual({ ids: ['c'], nextToken: undefined });
    expect(book.turn({ ...request, pageSize: 3 }).nextToken).toBeUndefined();
  });

  it('forgets the oldest of a thousand tokens', () => {
    const book = new PageBook(new SeededRandom(1));
    const tokens = Array.from({ length: 1001 }, () => book.turn(request).nextToken);
    expect(() => book.turn({ ...request, token: tokens[0] })).toThrow('foreign');
    expect(book.turn({ ...request, token: tokens[1] }).ids).toEqual(['c']);
  });
});

describe('TokenBook', () => {
  it('keeps scopes apart, and leaves nothing behind when the call is refused', () => {
    const clock = { nowMs: () => 0, monotonicMs: () => 0, schedule: () => () => undefined };
    const book = new TokenBook(new Timeline(clock), undefined);
    let runs = 0;
    const use = (scope: string, parameters: object = {}) =>
      book.once({
        scope,
        token: 'token',
        parameters,
        run() {
          runs += 1;
          if (runs === 1) throw new Error('refused');
          return { runs };
        },
        clash: () => new Error('clash'),
      });
    expect(() => use('one')).toThrow('refused');
    expect(use('one', { a: [{ c: 1, b: 2 }] })).toEqual({ runs: 2 });
    expect(use('one', { a: [{ b: 2, c: 1 }] })).toEqual({ runs: 2 });
    expect(() => use('one', { a: [{ b: 2, c: 2 }] })).toThrow('clash');
    expect(use('two')).toEqual({ runs: 3 });
  });
});
