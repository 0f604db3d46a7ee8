import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interpolate } from '../../src/config/interpolate.ts';

const fill = (text: string, env: NodeJS.ProcessEnv = {}): unknown => interpolate(text, [], env).value;

describe('interpolate', () => {
  it('fills ${NAME}, also in the middle and more than once', () => {
    expect(fill('${A}', { A: 'x' })).toBe('x');
    expect(fill('s3://${A}/${B_2}/${A}', { A: 'x', B_2: 'y' })).toBe('s3://x/y/x');
  });

  it('takes the default where the variable is not set or empty, and an empty one as it is without a default', () => {
    expect(fill('${A:-d}')).toBe('d');
    expect(fill('${A:-d}', { A: '' })).toBe('d');
    expect(fill('${A:-d}', { A: 'x' })).toBe('x');
    expect(fill('${A:-}')).toBe('');
    expect(fill('${A:-a:-b $ {c}', {})).toBe('a:-b $ {c');
    expect(fill('<${A}>', { A: '' })).toBe('<>');
  });

  it.each<readonly [string, NodeJS.ProcessEnv, string]>([
    ['${A:-${B}/x}', { B: 'b' }, 'b/x'],
    ['${A:-${B}/x}', { A: 'a', B: 'b' }, 'a'],
    ['${A:-${B}/x}', { A: 'a' }, 'a'],
    ['<${A:-s3://${B:-${C:-c}}/${D}}/e>', { D: 'd' }, '<s3://c/d/e>'],
    ['${A:-${B:-}}', {}, ''],
    ['${A:-$${B}}', {}, '${B}'],
    ['${A:-${B}}', { B: '}${C}' }, '}${C}'],
  ])('fills references in a default: %s with %j', (text, env, expected) => {
    expect(interpolate(text, [], env)).toMatchObject({ value: expected, problems: [] });
  });

  it.each([
    ['${A:-${B}/x}', 'variable B is not set. Set it or write a default: ${B:-…}'],
    ['${A:-${B/x}', '${B/x} is not a variable'],
    ['${A:-${B}', '${A:-${B} is not a variable'],
    ['${A:-x', '${A:-x is not a variable'],
    ['${A:-'.repeat(50_000), '${A:-'],
  ])('refuses %.20s', (text, message) => {
    const { value, problems } = interpolate(text, [], {});
    expect(value).toBe(text);
    expect(problems.map((problem) => problem.message).join()).toContain(message);
    expect(JSON.stringify(problems).length).toBeLessThan(5_000);
  });

  it('fills maps of another realm, as test runners give to a config file', () => {
    const root: unknown = runInNewContext(
      "({ a: ['${A}'], b: Object.create(null, { c: { value: '${A}', enumerable: true } }) })",
    );
    expect(interpolate(root, [], { A: 'x' }).value).toEqual({ a: ['x'], b: { c: 'x' } });
    const instance: unknown = runInNewContext("new (class Client { a = '${A}' })()");
    expect(interpolate(instance, [], { A: 'x' }).value).toBe(instance);
  });

  it('writes $${ as ${ and leaves every other $ alone', () => {
    expect(fill('$${A}', { A: 'x' })).toBe('${A}');
    expect(fill('$${A}${A}', { A: 'x' })).toBe('${A}x');
    expect(fill('$A costs $5 {A}', { A: 'x' })).toBe('$A costs $5 {A}');
  });

  it('does not fill what a variable brings along', () => {
    expect(fill('${A}', { A: '${B}', B: 'x' })).toBe('${B}');
  });

  it('goes into maps and lists, and keeps numbers, dates and objects of a class', () => {
    const client = new URL('https://example.com');
    const date = new Date(0);
    const root = { a: ['${A}', 1, null], b: { c: '${A}' }, date, client, f: Math.max };
    const { value, filled } = interpolate(root, ['top'], { A: 'x' });
    expect(value).toEqual({ a: ['x', 1, null], b: { c: 'x' }, date, client, f: Math.max });
    expect(filled).toEqual([
      { path: ['top', 'a', 0], template: '${A}', text: 'x' },
      { path: ['top', 'b', 'c'], template: '${A}', text: 'x' },
    ]);
  });

  it('says what is not set or no variable, every reference, and leaves that text as it stands', () => {
    const { value, filled, problems } = interpolate(
      { a: '${X} ${Y} ${Z:-z}', b: '${1X}', c: 'x${', d: '${A B}' },
      [],
      {},
    );
    expect(value).toEqual({ a: '${X} ${Y} ${Z:-z}', b: '${1X}', c: 'x${', d: '${A B}' });
    expect(filled).toEqual([]);
    expect(problems.map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual([
      'a: variable X is not set. Set it or write a default: ${X:-…}',
      'a: variable Y is not set. Set it or write a default: ${Y:-…}',
      'b: ${1X} is not a variable: write ${NAME} or ${NAME:-default}, or $${ for a literal ${',
      'c: ${ is not a variable: write ${NAME} or ${NAME:-default}, or $${ for a literal ${',
      'd: ${A B} is not a variable: write ${NAME} or ${NAME:-default}, or $${ for a literal ${',
    ]);
  });

  it('gives back any text that was escaped', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('$', '{', '}', 'A', ':', '-', ' ') }), (text) => {
        // `$$` before `{` would read as an escape itself; one `$` more or less there is not what is tested.
        fc.pre(!text.includes('$${'));
        expect(
          fill(
            text.replaceAll('${', () => '$${'),
            { A: 'x' },
          ),
        ).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  it('leaves any value without references as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(!JSON.stringify(value).includes('${'));
        expect(interpolate(value, [], {})).toEqual({ value, filled: [], problems: [] });
      }),
      { numRuns: 500 },
    );
  });
});
