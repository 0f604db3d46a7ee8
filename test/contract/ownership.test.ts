import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatOwnership,
  isOwner,
  isStartToken,
  LONGEST_LIFETIME_MS,
  parseLifetime,
  parseOwnership,
} from '../../src/contract/ownership.ts';

const TOKEN = 'as-0123456789abcdef0123456789ab-1';
const charactersOf = (alphabet: string): fc.Arbitrary<string> => fc.constantFrom(...Array.from(alphabet));
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const owners = fc.string({ unit: charactersOf(`${LETTERS}0123456789_-`), minLength: 1, maxLength: 63 });
const tokens = fc
  .tuple(
    charactersOf(LETTERS),
    fc.string({ unit: charactersOf(`${LETTERS}0123456789-`), minLength: 30, maxLength: 38 }),
    charactersOf(`${LETTERS}0123456789`),
  )
  .map((parts) => parts.join(''));
const lifetimes = fc
  .option(fc.integer({ min: 1, max: LONGEST_LIFETIME_MS }))
  .map((lifetimeMs) => lifetimeMs !== null && { lifetimeMs });

describe('ownership', () => {
  it('is found again in whatever text stands around it, within 127 characters of its own', () => {
    fc.assert(
      fc.property(
        owners,
        tokens,
        lifetimes,
        fc.constantFrom('', 'nightly ', 'a\n'),
        (owner, token, lifetime, before) => {
          const ownership = { owner, token, ...lifetime };
          const text = formatOwnership(ownership);
          expect(text.length).toBeLessThanOrEqual(127);
          expect(parseOwnership(`${before}${text}${before === '' ? '' : ' by us'}`)).toEqual(ownership);
          expect([isOwner(owner), isStartToken(token)]).toEqual([true, true]);
        },
      ),
      { numRuns: 1000 },
    );
  }, 60_000);

  it.each([
    [undefined],
    [''],
    ['somebody else wrote this'],
    [`anysession:team:${TOKEN}x${'x'.repeat(10)}`],
    [`xanysession:team:${TOKEN}`],
    [`anysession:Team:${TOKEN}`],
    [`anysession::${TOKEN}`],
    ['anysession:team:too-short'],
    [`anysession:team:${TOKEN}:`],
    [`anysession:team:${TOKEN}:0`],
    [`anysession:team:${TOKEN}:-1`],
    [`anysession:team:${TOKEN}:1e3`],
    [`anysession:team:${TOKEN}:123456789012`],
    [`anysession:team:${TOKEN}:1:2`],
  ])('is not seen in %j', (text) => {
    expect(parseOwnership(text)).toBeUndefined();
  });

  it('has a lifetime of whole milliseconds; a text of an earlier version has none', () => {
    const text = formatOwnership({ owner: 'team', token: TOKEN, lifetimeMs: 86_400_000 });
    expect(text).toBe(`anysession:team:${TOKEN}:86400000`);
    expect(parseOwnership(`anysession:team:${TOKEN}`)).toEqual({ owner: 'team', token: TOKEN });
    expect([undefined, '', '0', '01', '1.5', '123456789012', ' 1'].map(parseLifetime)).toEqual(
      Array(7).fill(undefined),
    );
    expect(parseLifetime('86400000000')).toBe(LONGEST_LIFETIME_MS);
  });

  it('takes owners of 1 to 63 characters of [a-z0-9_-]', () => {
    expect(['a', 'data_platform-2', 'x'.repeat(63)].every(isOwner)).toBe(true);
    expect(['', 'x'.repeat(64), 'Team', 'a b', 'ä', 'a\n'].filter(isOwner)).toEqual([]);
  });

  it('takes tokens of 32 to 40 characters that begin with a letter and end with no dash', () => {
    expect([TOKEN, 'a'.repeat(32), 'a'.repeat(40)].every(isStartToken)).toBe(true);
    const wrong = ['a'.repeat(31), 'a'.repeat(41), '0'.repeat(32), `${'a'.repeat(31)}-`, 'A'.repeat(32), `${TOKEN}\n`];
    expect(wrong.filter(isStartToken)).toEqual([]);
  });
});
