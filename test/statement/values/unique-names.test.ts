import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { uniqueNames } from '../../../src/statement/values/unique-names.ts';

it('numbers what repeats and skips what is taken, also by a later column', () => {
  expect(uniqueNames(['id', 'id', 'id'])).toEqual(['id', 'id_2', 'id_3']);
  expect(uniqueNames(['id', 'id', 'id_2', 'id_3'])).toEqual(['id', 'id_4', 'id_2', 'id_3']);
  expect(uniqueNames([])).toEqual([]);
});

it('makes all names differ, and leaves the first of each as it is', () => {
  const name = fc.constantFrom('a', 'b', 'a_2', 'a_3', 'a_2_2', '', '__proto__');
  fc.assert(
    fc.property(fc.array(name, { maxLength: 12 }), (names) => {
      const unique = uniqueNames(names);
      expect(new Set(unique).size).toBe(names.length);
      names.forEach((original, at) => {
        if (names.indexOf(original) === at) expect(unique[at]).toBe(original);
        else expect(unique[at]!.startsWith(`${original}_`)).toBe(true);
      });
    }),
    { numRuns: 1000 },
  );
});
