import { describe, expect, it } from 'vitest';

import { PageBook } from '../../src/emulator/page-book.ts';
import { SeededRandom } from '../../src/emulator/seeded-random.ts';
import { TokenBook } from '../../src/emulator/token-book.ts';
import { Timeline } from '../../src/emulator/timeline.ts';
import { CALL } from './service-world.ts';

describe('PageBook', () => {
  const newBook = () =>
    new PageBook(new SeededRandom(1), {
      sizeMember: 'size',
      tokenMember: 'token',
      defaultSize: 2,
      invalidToken: () => new Error('foreign'),
    });
  const rows = ['a', 'b', 'c'].map((id) => [id, id] as const);

  it('gives the same page for the same token, and no token with the last page', () => {
    const book = newBook();
    const { rows: first, nextToken: token } = book.list(CALL, {}, rows);
    expect(first).toEqual(['a', 'b']);
    expect(book.list(CALL, { token }, rows)).toEqual({ rows: ['c'], nextToken: undefined });
    expect(book.list(CALL, { token }, rows)).toEqual({ rows: ['c'], nextToken: undefined });
    expect(book.list(CALL, { size: 3 }, rows).nextToken).toBeUndefined();
  });

  it('forgets the oldest of ten thousand tokens', () => {
    const book = newBook();
    const tokens = Array.from({ length: 10_001 }, () => book.list(CALL, {}, rows).nextToken);
    expect(() => book.list(CALL, { token: tokens[0] }, rows)).toThrow('foreign');
    expect(book.list(CALL, { token: tokens[1] }, rows).rows).toEqual(['c']);
  });
});

describe('TokenBook', () => {
  it('keeps operations apart, and leaves nothing behind when the call is refused', () => {
    const clock = { nowMs: () => 0, monotonicMs: () => 0, schedule: () => () => undefined };
    const rules = { member: 'token', lifetimeMs: undefined, clash: () => new Error('clash') };
    const book = new TokenBook(new Timeline(clock), rules);
    let runs = 0;
    const use = (operation: string, parameters: object = {}) =>
      book.once({ ...CALL, operation }, { token: 'token', ...parameters }, () => {
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
