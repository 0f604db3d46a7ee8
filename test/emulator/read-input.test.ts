import { describe, expect, it } from 'vitest';

import { BrokenConstraints, readInput, WrongType } from '../../src/emulator/read-input.ts';
import { flag, listOf, mapOf, moment, oneOf, structure, text, whole } from '../../src/emulator/shapes.ts';

const SHAPE = structure(
  {
    name: text(2, 4, /[a-z\u{1F600}]+/u),
    kind: oneOf(['a', 'b']),
    count: whole(1, 3),
    share: { type: 'number', min: 0, max: 1, fraction: true },
    on: flag,
    at: moment,
    list: listOf(whole(0, 9), { min: 1, max: 2 }),
    map: mapOf(text(0, 2), text(1), { max: 1 }),
    inner: structure({ must: flag }, ['must']),
  },
  ['name'],
);

const broken = (members: object) => {
  try {
    readInput(SHAPE, { name: 'abc', ...members });
    return [];
  } catch (error) {
    if (!(error instanceof BrokenConstraints)) throw error;
    return error.message.split(/detected: |; /).slice(1);
  }
};

describe('readInput', () => {
  it('gives the members of the shape, ignores others, and treats null as absent', () => {
    const plain = { name: 'ab', count: 3, list: [1, 2] };
    const raw = { ...plain, kind: null, at: '2027-01-01T00:00:00Z', map: { a: 'x', b: null }, other: 1 };
    expect(readInput(SHAPE, raw)).toEqual({ ...plain, at: Date.UTC(2027, 0, 1), map: { a: 'x' } });
    const more = { name: 'ab', share: 0.5, on: false };
    expect(readInput(SHAPE, { ...more, at: 1.5 })).toEqual({ ...more, at: 1500 });
  });

  it('accepts the edges', () => {
    expect(broken({ name: 'ab', count: 1, list: [0], map: { aa: 'x' }, share: 0 })).toEqual([]);
    expect(broken({ name: 'abcd', count: 3, list: [9, 9], share: 1, inner: { must: true } })).toEqual([]);
    expect(broken({ name: '\u{1F600}\u{1F600}\u{1F600}\u{1F600}' })).toEqual([]);
  });

  it.each<[what: string, members: object, path: string, rule: string]>([
    ['a text that is too short', { name: 'a' }, 'name', 'have length greater than or equal to 2'],
    ['a text that is too long', { name: 'abcde' }, 'name', 'have length less than or equal to 4'],
    ['a partial match', { name: 'abc!' }, 'name', 'satisfy regular expression pattern: [a-z\\u{1F600}]+'],
    ['an unknown choice', { kind: 'c' }, 'kind', 'satisfy enum value set: [a, b]'],
    ['a number that is too small', { count: 0 }, 'count', 'have value greater than or equal to 1'],
    ['a number that is too large', { count: 4 }, 'count', 'have value less than or equal to 3'],
    ['a list that is too short', { list: [] }, 'list', 'have length greater than or equal to 1'],
    ['an item out of range', { list: [1, 10] }, 'list.2.member', 'have value less than or equal to 9'],
    ['too many entries', { map: { a: 'x', b: 'y' } }, 'map', 'have length less than or equal to 1'],
    ['a key that is too long', { map: { aaa: 'x' } }, 'map.key', 'have length less than or equal to 2'],
    ['a map value that is too short', { map: { a: '' } }, 'map.value', 'have length greater than or equal to 1'],
    ['a missing member', { name: undefined }, 'name', 'not be null'],
    ['a missing inner member', { inner: {} }, 'inner.must', 'not be null'],
  ])('refuses %s', (_, members, path, rule) => {
    expect(broken(members)).toEqual([`Value at '${path}' failed to satisfy constraint: Member must ${rule}`]);
  });

  it('names all that is wrong, at most four, and never the value', () => {
    const secret = 'PASSWORD';
    const wrong = { name: secret, kind: secret, count: 9 };
    expect(broken(wrong)).toHaveLength(4);
    expect(broken({ ...wrong, list: [], map: { aaa: secret } }).join()).not.toContain(secret);
    expect(() => readInput(SHAPE, { ...wrong, list: [] })).toThrow(/^5 validation errors detected: /);
  });

  it.each<[string, unknown]>([
    ['a number for a text', { name: 1 }],
    ['a text for a number', { name: 'ab', count: '1' }],
    ['a fraction for a whole number', { name: 'ab', count: 1.5 }],
    ['a text for a flag', { name: 'ab', on: 'true' }],
    ['a word for a moment', { name: 'ab', at: 'soon' }],
    ['a structure for a list', { name: 'ab', list: {} }],
    ['a list for a map', { name: 'ab', map: [] }],
    ['a list for a structure', []],
    ['nothing for a structure', null],
  ])('cannot read %s', (_, raw) => {
    expect(() => readInput(SHAPE, raw)).toThrow(WrongType);
  });
});
