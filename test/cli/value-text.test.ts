import { describe, expect, it } from 'vitest';
import { toCellText, toCsvText, toJson } from '../../src/cli/value-text.ts';
import type { ColumnField, ColumnType } from '../../src/contract/column-batch.ts';
import type { ResultValue } from '../../src/statement/values/result-value.ts';

const BYTES = new Uint8Array([0, 255, 16]);
const TEXT: ColumnType = { kind: 'text' };
const FLOAT: ColumnType = { kind: 'float', bits: 32 };
const DOUBLE: ColumnType = { kind: 'float', bits: 64 };
const BIGINT: ColumnType = { kind: 'integer', bits: 64, signed: true };
const BINARY: ColumnType = { kind: 'binary' };
const field = (name: string, type: ColumnType): ColumnField => ({ name, type, nullable: true });
const struct = (...fields: readonly ColumnField[]): ColumnType => ({ kind: 'struct', fields });
const list = (type: ColumnType): ColumnType => ({ kind: 'list', item: field('item', type) });
const float = Math.fround;

describe('values as text', () => {
  it.each<[string, ResultValue, ColumnType, string, string, string]>([
    ['NULL', null, TEXT, 'null', 'NULL', ''],
    ['an empty text', '', TEXT, '""', '', '""'],
    ['a text', 'a', TEXT, '"a"', 'a', 'a'],
    ['a quote', 'say "a"', TEXT, '"say \\"a\\""', 'say "a"', '"say ""a"""'],
    ['a comma', 'a,b', TEXT, '"a,b"', 'a,b', '"a,b"'],
    ['a line break', 'a\nb', TEXT, '"a\\nb"', 'a\nb', '"a\nb"'],
    ['a number', 1.5, DOUBLE, '1.5', '1.5', '1.5'],
    ['true', true, { kind: 'boolean' }, 'true', 'true', 'true'],
    ['a bigint', 2n ** 63n, BIGINT, '"9223372036854775808"', '9223372036854775808', '9223372036854775808'],
    ['NaN', NaN, DOUBLE, '"NaN"', 'NaN', 'NaN'],
    ['-Infinity', -Infinity, FLOAT, '"-Infinity"', '-Infinity', '-Infinity'],
    ['-0', -0, DOUBLE, '-0', '-0', '-0'],
    ['a FLOAT of -0', -0, FLOAT, '-0', '-0', '-0'],
    ['a FLOAT of 0.1', float(0.1), FLOAT, '0.1', '0.1', '0.1'],
    ['a DOUBLE of that number', float(0.1), DOUBLE, ...Array(3).fill('0.10000000149011612')] as never,
    ['a FLOAT of 16777217', float(16_777_217), FLOAT, '16777216', '16777216', '16777216'],
    ['the least FLOAT', 2 ** -149, FLOAT, '1e-45', '1e-45', '1e-45'],
    ['the greatest FLOAT', float(3.4028235e38), FLOAT, '3.4028235e+38', '3.4028235e+38', '3.4028235e+38'],
    ['bytes', BYTES, BINARY, '"AP8Q"', '0x00ff10', 'AP8Q'],
    ['a list', [1n, null], list(BIGINT), '["1",null]', '["1",null]', '"[""1"",null]"'],
    ['FLOATs in a list', [float(0.1), -0], list(FLOAT), '[0.1,-0]', '[0.1,-0]', '"[0.1,-0]"'],
    ['a struct', { a: BYTES }, struct(field('a', BINARY)), '{"a":"AP8Q"}', '{"a":"AP8Q"}', '"{""a"":""AP8Q""}"'],
    [
      'a struct whose members look like integers',
      { 10: 'x', 2: 'y' },
      struct(field('10', TEXT), field('2', TEXT)),
      '{"10":"x","2":"y"}',
      '{"10":"x","2":"y"}',
      '"{""10"":""x"",""2"":""y""}"',
    ],
    [
      'a map',
      [['k', float(0.3)]],
      { kind: 'map', key: field('key', TEXT), value: field('value', FLOAT) },
      '[["k",0.3]]',
      '[["k",0.3]]',
      '"[[""k"",0.3]]"',
    ],
  ])('%s', (_, value, type, json, cell, csv) => {
    expect([toJson(value, type), toCellText(value, type), toCsvText(value, type)]).toEqual([json, cell, csv]);
  });

  it('keeps a member named __proto__ in JSON', () => {
    const value = JSON.parse('{"__proto__":1}') as ResultValue;
    expect(toJson(value, struct(field('__proto__', DOUBLE)))).toBe('{"__proto__":1}');
  });

  it('every FLOAT reads back as itself', () => {
    const bits = new DataView(new ArrayBuffer(4));
    for (let at = 1; at < 2 ** 31; at += 999_983) {
      bits.setUint32(0, at);
      const value = bits.getFloat32(0);
      if (Number.isNaN(value)) continue;
      expect(float(Number(toCellText(value, FLOAT)))).toBe(value);
    }
  });
});
