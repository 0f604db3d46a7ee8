import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isStartToken } from '../../src/contract/ownership.ts';
import { generationOf, keyedToken, keyPrefix, MAX_GENERATION, mintToken } from '../../src/session/start-token.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';

describe('start tokens', () => {
  it('C-110 name a key and its generation, the same in every process', () => {
    expect(keyedToken('nightly', 1)).toBe('as-2a3b62b53ddb9f167b63d22202a3-1');
    expect(keyPrefix('nightly')).toBe('as-2a3b62b53ddb9f167b63d22202a3-');
  });

  it('C-110 fit every cloud’s field, differ by key and generation, and tell the generation', () => {
    const keys = fc.string({ minLength: 1, unit: 'grapheme' });
    const generations = fc.integer({ min: 1, max: MAX_GENERATION });
    fc.assert(
      fc.property(
        fc.uniqueArray(keys, { minLength: 2, maxLength: 2 }),
        generations,
        ([key = '', other = ''], generation) => {
          const token = keyedToken(key, generation);
          expect(isStartToken(token)).toBe(true);
          expect(token.length).toBeLessThanOrEqual(36);
          expect(token.startsWith(keyPrefix(key))).toBe(true);
          expect(token.startsWith(keyPrefix(other))).toBe(false);
          expect(generationOf(token)).toBe(generation);
        },
      ),
      { numRuns: 1_000 },
    );
  }, 60_000);

  it('are new at each start without a key, of generation 0', () => {
    const random = new SeededRandom(7);
    const tokens = Array.from({ length: 100 }, () => mintToken(random));
    expect(new Set(tokens).size).toBe(100);
    expect(tokens.every((token) => isStartToken(token) && generationOf(token) === 0)).toBe(true);
  });
});
