import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRows } from '../../src/conformance/column-reader.ts';
import type { ColumnField, ColumnType } from '../../src/contract/column-batch.ts';
import { encodeBatch, type TestValue } from '../../src/testing/column-encoder.ts';

const integer = (bits: 8 | 16 | 32 | 64 | 128, signed: boolean) => {
  const [min, max] = signed ? [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n] : [0n, 2n ** BigInt(bits) - 1n];
  const value = bits <= 32 ? fc.integer({ min: Number(min), max: Number(max) }) : fc.bigInt({ min, max });
  return [{ kind: 'integer', bits, signed } as const, value] as const;
};
const [, int64] = integer(64, true);
const [, int32] = integer(32, true);
const decimalText = (scale: number) =>
  fc
    .tuple(
      fc.boolean(),
      fc.bigInt({ min: 0n, max: 10n ** 20n }),
      fc.bigInt({ min: 0n, max: 10n ** BigInt(scale) - 1n }),
    )
    .map(([negative, whole, part]) => {
      const fraction = scale === 0 ? '' : `.${String(part).padStart(scale, '0')}`;
      const isZero = whole === 0n && part === 0n;
      return `${negative && !isZero ? '-' : ''}${whole}${fraction}`;
    });

/** Every plain type with the values it can hold. */
const PLAIN: readonly (readonly [ColumnType, fc.Arbitrary<TestValue>])[] = [
  [{ kind: 'null' }, fc.constant(null)],
  [{ kind: 'boolean' }, fc.boolean()],
  ...([8, 16, 32, 64, 128] as const).flatMap((bits) => [integer(bits, true), integer(bits, false)]),
  [{ kind: 'float', bits: 64 }, fc.double()],
  [{ kind: 'float', bits: 32 }, fc.float()],
  [{ kind: 'decimal', precision: 38, scale: 0 }, decimalText(0)],
  [{ kind: 'decimal', precision: 38, scale: 7 }, decimalText(7)],
  [{ kind: 'text' }, fc.string({ unit: 'binary' })],
  [{ kind: 'binary' }, fc.uint8Array()],
  [{ kind: 'date' }, int32],
  [{ kind: 'time' }, int64],
  [{ kind: 'timestamp' }, int64],
  [{ kind: 'timestamp', timezone: 'UTC' }, int64],
  [{ kind: 'duration' }, int64],
  [{ kind: 'months' }, int32],
  [{ kind: 'interval' }, fc.record({ months: int32, days: int32, nanoseconds: int64 })],
];

const named = (name: string, type: ColumnType): ColumnField => ({ name, type, nullable: true });

type TypeWithValues = readonly [ColumnType, fc.Arbitrary<TestValue>];
const listOf = ([item, value]: TypeWithValues): TypeWithValues => [
  { kind: 'list', item: named('item', item) },
  fc.array(value, { maxLength: 4 }),
];
const structOf = ([[x, xs], [y, ys]]: readonly [TypeWithValues, TypeWithValues]): TypeWithValues => [
  { kind: 'struct', fields: [named('x', x), named('y', y)] },
  fc.record({ x: xs, y: ys }),
];
const mapOf = ([item, value]: TypeWithValues): TypeWithValues => [
  { kind: 'map', key: named('key', { kind: 'text' }), value: named('value', item) },
  fc.array(fc.tuple(fc.string(), value), { maxLength: 3 }),
];

/** A type with its values, up to three levels deep. */
const typed = fc.letrec<{ any: TypeWithValues }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom(...PLAIN),
    tie('any').map(listOf),
    fc.tuple(tie('any'), tie('any')).map(structOf),
    tie('any').map(mapOf),
  ),
})).any;

const table = fc
  .array(typed, { minLength: 1, maxLength: 4 })
  .chain((columns) =>
    fc.tuple(
      fc.constant(columns.map(([type], at) => named(`c${at}`, type))),
      fc.array(fc.tuple(...columns.map(([, value]) => fc.option(value))), { maxLength: 20 }),
    ),
  );

describe('the encoder of the tests and the reader of the kit', () => {
  it('are inverse to each other, for all types, nested, with nulls', () => {
    fc.assert(
      fc.property(table, ([fields, rows]) => {
        expect(readRows(encodeBatch(fields, rows))).toEqual(rows);
      }),
      { numRuns: 1_000 },
    );
  });

  it('agree with the Arrow layout, byte by byte', () => {
    const { columns } = encodeBatch(
      [
        named('flag', { kind: 'boolean' }),
        named('text', { kind: 'text' }),
        named('wide', { kind: 'decimal', precision: 20, scale: 1 }),
      ],
      [
        [true, 'é', '-0.1'],
        [null, null, '1.0'],
        [true, 'ab', '0.0'],
      ],
    );
    expect(columns[0]).toMatchObject({ validity: Uint8Array.of(0b101), values: Uint8Array.of(0b101) });
    expect(columns[1]).toMatchObject({
      validity: Uint8Array.of(0b101),
      offsets: Int32Array.of(0, 2, 2, 4),
      values: Uint8Array.of(0xc3, 0xa9, 0x61, 0x62),
    });
    const bytes = columns[2]?.values as Uint8Array;
    expect([...bytes.slice(0, 17)]).toEqual([...new Array<number>(16).fill(0xff), 10]);
    expect(columns[2]?.validity).toBeUndefined();
  });
});
