import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatOwnership, isOwner, isStartToken, parseOwnership } from '../../src/contract/ownership.ts';

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

describe('ownership', () => {
  it('is found again in whatever text stands around it, within 116 characters of its own', () => {
    fc.assert(
      fc.property(owners, tokens, fc.constantFrom('', 'nightly ', 'a\n'), (owner, token, before) => {
        const text = formatOwnership({ owner, token });
        expect(text.length).toBeLessThanOrEqual(116);
        expect(parseOwnership(`${before}${text}${before === '' ? '' : ' by us'}`)).toEqual({ owner, token });
        expect([isOwner(owner), isStartToken(token)]).toEqual([true, true]);
      }),
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
  ])('is not seen in %j', (text) => {
    expect(parseOwnership(text)).toBeUndefined();
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
