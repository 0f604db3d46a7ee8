import { isOwner } from '../../src/contract/ownership.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closestName } from '../../src/provider-kit/closest-name.ts';
import { coerceTexts } from '../../src/config/filled-texts.ts';
import { formatPath, type ConfigPath } from '../../src/config/config-problem.ts';
import type { FilledText } from '../../src/config/interpolate.ts';
import { toOwner } from '../../src/config/load-config.ts';
import { looksSecret } from '../../src/contract/secret-text.ts';
import { describeValue } from '../../src/provider-kit/describe-value.ts';
import { checkOptions, type ObjectShape } from '../../src/provider-kit/option-shape.ts';

describe('closestName', () => {
  const names = ['environments', 'idleTimeoutMs', 'dev', 'prod'];

  it.each([
    ['enviroments', 'environments'],
    ['IdleTimeoutMS', 'idleTimeoutMs'],
    ['idelTimeoutMs', 'idleTimeoutMs'],
    ['prdo', 'prod'],
    ['dve', 'dev'],
    ['edv', 'dev'],
    ['de', 'dev'],
    ['staging', undefined],
    ['x', undefined],
    ['', undefined],
  ])('%s → %s', (wrong, right) => {
    expect(closestName(wrong, names)).toBe(right);
  });

  it('finds any name with one letter lost', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 3, maxLength: 20 }), fc.nat(), (name, at) => {
        const index = at % name.length;
        const wrong = name.slice(0, index) + name.slice(index + 1);
        expect(closestName(wrong, ['\u{1F600}'.repeat(30), name])).toBe(name);
      }),
      { numRuns: 500 },
    );
  });
});

describe('describeValue', () => {
  it.each([
    [undefined, 'nothing'],
    [null, 'an empty value'],
    [[1], 'a list'],
    [{}, 'a map'],
    [new Date(0), 'a date (put it in quotes to make it a string)'],
    [() => 1, 'a function'],
    [1.5, '1.5'],
    [12n, '12'],
    [false, 'false'],
    ['a "quoted" one', '"a \\"quoted\\" one"'],
    ['x y '.repeat(20), '"x y x y x y x y x y x y x y x y x y x y …"'],
  ])('%s → %s', (value, text) => {
    expect(describeValue(value)).toBe(text);
  });

  it.each([
    'password',
    'clientSecret',
    'apiToken',
    'API_KEY',
    'aws_access_key',
    'Credentials',
    'db_pass',
    'pwd',
    'sig',
  ])('hides what %s holds', (name) => {
    expect(describeValue('hunter2', name)).toBe('a hidden string');
    expect(describeValue(123456, name)).toBe('a hidden number');
  });

  it.each([
    'AKIAIOSFODNN7EXAMPLE',
    'eyJhbGciOiJIUzI1NiJ9.e30.x',
    'postgres://app:hunter2@db/x',
    '-----BEGIN PRIVATE KEY-----',
    'ghp_abcdefghij0123456789',
    'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY0',
  ])('hides %s whatever its name', (text) => {
    expect(looksSecret('engine', text)).toBe(true);
  });

  it.each([
    'duckdb',
    's3://bucket/a/long/path/without/any/password',
    'https://livy.example:8998',
    'environments',
    '2GB',
  ])('shows %s', (text) => {
    expect(looksSecret('engine', text)).toBe(false);
  });

  it.each(['passThrough', 'bypass', 'signal', 'compass'])('shows what %s holds', (name) => {
    expect(looksSecret(name, '1')).toBe(false);
  });
});

describe('coerceTexts', () => {
  const schema = {
    properties: {
      n: { type: 'integer' },
      f: { type: 'number' },
      b: { type: 'boolean' },
      s: { type: 'string' },
      list: { type: 'array', items: { type: 'integer' } },
      map: { type: 'object', additionalProperties: { type: 'integer' } },
    },
  };
  const value = { n: '1', f: '-1.5', b: 'false', s: '1', list: ['2', 'x'], map: { a: '3' }, other: '4' };

  const texts = (paths: readonly (readonly [path: ConfigPath, text: string])[]): FilledText[] =>
    paths.map(([path, text]) => ({ path, text, template: '${X}' }));

  it('reads texts from variables as what the schema says', () => {
    const filled = texts([
      [['n'], '1'],
      [['f'], '-1.5'],
      [['b'], 'false'],
      [['s'], '1'],
      [['list', 0], '2'],
      [['list', 1], 'x'],
      [['map', 'a'], '3'],
      [['other'], '4'],
    ]);
    const typed = { n: 1, f: -1.5, b: false, s: '1', list: [2, 'x'], map: { a: 3 }, other: '4' };
    expect(coerceTexts(value, schema, filled)).toEqual(typed);
  });

  it('leaves every other text alone', () => {
    expect(coerceTexts(value, schema, [])).toEqual(value);
    expect(coerceTexts(value, schema, texts([[['map', 'a'], '3']]))).toEqual({ ...value, map: { a: 3 } });
  });

  it('adds an option that the file leaves out, and is not misled by the name __proto__', () => {
    expect(coerceTexts({}, schema, texts([[['n'], '7']]))).toEqual({ n: 7 });
    const added = coerceTexts({}, schema, texts([[['__proto__'], 'x']])) as object;
    expect([Object.keys(added), Object.getPrototypeOf(added)]).toEqual([['__proto__'], Object.prototype]);
  });

  it('leaves what does not read as its type', () => {
    for (const text of ['', '1e3', '0x10', 'one', '1_000', 'TRUE', '1.', ' 1']) {
      const filled = texts([
        [['n'], text],
        [['b'], text],
      ]);
      expect(coerceTexts({ n: text, b: text }, schema, filled)).toEqual({ n: text, b: text });
    }
  });
});

describe('toOwner', () => {
  it.each([
    ['Jane.Doe-Laptop_7', 'jane-doe-laptop_7'],
    ['  -- ', 'unknown'],
    ['Ünal@Büro', 'nal-b-ro'],
  ])('%s → %s', (text, owner) => {
    expect(toOwner(text)).toBe(owner);
  });

  it('is an owner for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        expect(isOwner(toOwner(text))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('formatPath', () => {
  it('reads as JavaScript does', () => {
    expect(formatPath(['environments', 'eu-prod', 'labels', 'cost centre', 0])).toBe(
      'environments.eu-prod.labels["cost centre"][0]',
    );
    expect(formatPath(['$schema'])).toBe('$schema');
    expect(formatPath([])).toBe('');
  });
});

describe('checkOptions', () => {
  const shape: ObjectShape = {
    type: 'object',
    properties: { idleTimeoutMs: { type: 'integer', minimum: 1 }, name: { type: 'string', minLength: 1 } },
    additionalProperties: false,
  };

  it('accepts the bounds themselves', () => {
    expect(checkOptions({ idleTimeoutMs: 1, name: 'a' }, shape)).toEqual([]);
    expect(checkOptions({}, shape)).toEqual([]);
  });

  it.each([0, 1.5, Number.NaN, 2 ** 60, '1', null, true])('refuses %s as a whole number from 1', (value) => {
    expect(checkOptions({ idleTimeoutMs: value }, shape)).toHaveLength(1);
  });

  it.each([
    ['90s', ' (in milliseconds that is 90000)'],
    ['2 h', ' (in milliseconds that is 7200000)'],
    ['500ms', ' (in milliseconds that is 500)'],
    ['5 weeks', ''],
  ])('helps with %s', (value, hint) => {
    expect(checkOptions({ idleTimeoutMs: value }, shape)).toEqual([
      { path: ['idleTimeoutMs'], message: `expected a whole number, 1 or more; found "${value}"${hint}` },
    ]);
  });

  it('tells every unknown key by itself', () => {
    expect(checkOptions({ nane: 'a', other: 1 }, shape)).toEqual([
      { path: ['nane'], message: 'unknown key; did you mean name?' },
      { path: ['other'], message: 'unknown key; known here: idleTimeoutMs, name' },
    ]);
  });
});
