import { describe, expect, it } from 'vitest';
import { toCellText, toCsvText, toJsonValue } from '../../src/cli/result-printer.ts';
import type { ResultValue } from '../../src/statement/values/result-value.ts';

const BYTES = new Uint8Array([0, 255, 16]);

describe('values as text', () => {
  it.each<[string, ResultValue, unknown, string, string]>([
    ['NULL', null, null, 'NULL', ''],
    ['an empty text', '', '', '', '""'],
    ['a text', 'a', 'a', 'a', 'a'],
    ['a quote', 'say "a"', 'say "a"', 'say "a"', '"say ""a"""'],
    ['a comma', 'a,b', 'a,b', 'a,b', '"a,b"'],
    ['a line break', 'a\nb', 'a\nb', 'a\nb', '"a\nb"'],
    ['a number', 1.5, 1.5, '1.5', '1.5'],
    ['true', true, true, 'true', 'true'],
    ['a bigint', 2n ** 63n, '9223372036854775808', '9223372036854775808', '9223372036854775808'],
    ['NaN', NaN, 'NaN', 'NaN', 'NaN'],
    ['-Infinity', -Infinity, '-Infinity', '-Infinity', '-Infinity'],
    ['bytes', BYTES, 'AP8Q', '0x00ff10', 'AP8Q'],
    ['a list', [1n, null], ['1', null], '["1",null]', '"[""1"",null]"'],
    ['a struct', { a: BYTES }, { a: 'AP8Q' }, '{"a":"AP8Q"}', '"{""a"":""AP8Q""}"'],
  ])('%s', (_, value, json, cell, csv) => {
    expect(toJsonValue(value)).toEqual(json);
    expect(toCellText(value)).toBe(cell);
    expect(toCsvText(value)).toBe(csv);
  });

  it('keeps a member named __proto__ in JSON', () => {
    const value = JSON.parse('{"__proto__":1}') as ResultValue;
    expect(JSON.stringify(toJsonValue(value))).toBe('{"__proto__":1}');
  });
});
