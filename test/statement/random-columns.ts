import * as fc from 'fast-check';
import type {
  ColumnBatch,
  ColumnData,
  ColumnField,
  ColumnType,
  FixedWidthValues,
} from '../../src/contract/column-batch.ts';
import { isBitSet } from '../../src/statement/column-buffers.ts';
import { encodeColumn, type TestValue } from '../../src/testing/column-encoder.ts';

/**
 * A value as it is stored: bigints for all that is counted in 64 bits and more (decimals unscaled), numbers below,
 * `[months, days, nanoseconds]`, arrays for lists and for a struct's members, arrays of pairs for maps.
 */
export type Stored = null | boolean | number | bigint | string | Uint8Array | readonly Stored[];

/** How an engine may lay out what means the same. */
export interface Layout {
  /** Bytes or items before the first one that is used. */
  readonly lead: number;
  /** A validity mask also where nothing is null. */
  readonly alwaysMasked: boolean;
  /** What stands where a value is null. */
  readonly garbage: boolean;
}

/** Some batches of random columns, with the values that they hold, column by column. */
export interface RandomResult {
  readonly fields: readonly ColumnField[];
  readonly batches: readonly ColumnBatch[];
  readonly stored: readonly (readonly Stored[])[];
}

const integer = fc.record({
  kind: fc.constant('integer' as const),
  bits: fc.constantFrom(8, 16, 32, 64, 128),
  signed: fc.boolean(),
});
const decimal = fc.integer({ min: 1, max: 38 }).chain((precision) =>
  fc.record({
    kind: fc.constant('decimal' as const),
    precision: fc.constant(precision),
    scale: fc.integer({ min: 0, max: precision }),
  }),
);
const simple = fc.constantFrom<ColumnType['kind']>(
  'null',
  'boolean',
  'text',
  'binary',
  'date',
  'time',
  'timestamp',
  'duration',
  'months',
  'interval',
);
const leaf: fc.Arbitrary<ColumnType> = fc.oneof(
  { weight: 5, arbitrary: simple.map((kind) => ({ kind }) as ColumnType) },
  { weight: 3, arbitrary: integer },
  { weight: 1, arbitrary: fc.constantFrom<ColumnType>({ kind: 'float', bits: 32 }, { kind: 'float', bits: 64 }) },
  { weight: 2, arbitrary: decimal },
  {
    weight: 1,
    arbitrary: fc.constantFrom('UTC', 'Asia/Kolkata').map((timezone): ColumnType => ({ kind: 'timestamp', timezone })),
  },
);
const field = (name: string, type: ColumnType, nullable = true): ColumnField => ({ name, type, nullable });

const { type: anyType } = fc.letrec<{ type: ColumnType }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 3, arbitrary: leaf },
    { weight: 1, arbitrary: tie('type').map((type): ColumnType => ({ kind: 'list', item: field('item', type) })) },
    {
      weight: 1,
      arbitrary: fc
        .array(tie('type'), { minLength: 1, maxLength: 3 })
        .map((types): ColumnType => ({ kind: 'struct', fields: types.map((type, at) => field(`m${at}`, type)) })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          leaf.filter((type) => type.kind !== 'null'),
          tie('type'),
        )
        .map(([key, value]): ColumnType => ({
          kind: 'map',
          key: field('key', key, false),
          value: field('value', value),
        })),
    },
  ),
}));

const small = fc.maxSafeInteger().map(BigInt);
const near = fc.integer({ min: -3, max: 3 }).map(BigInt);
/** Counts of 64 bits: small ones, for which there is a short cut, ones where it just ends, the extremes, and any. */
const int64 = fc.oneof(
  { weight: 4, arbitrary: small },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(0n, 2n ** 53n, -(2n ** 53n)), near).map(([from, by]) => from + by) },
  { weight: 1, arbitrary: fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n) },
  { weight: 1, arbitrary: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) },
);
const floats = [fc.float(), fc.double()] as const;
/** Microseconds that ECMAScript's calendar can tell. */
const moment = int64.map((value) => clamp(value, -86_400n * 10n ** 14n, 86_400n * 10n ** 14n));
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const texts = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('Zürich', '\uFEFF', '☃', '👩‍👧'));

function present(type: ColumnType): fc.Arbitrary<Stored> {
  switch (type.kind) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer': {
      const bits = BigInt(type.bits);
      const [min, max] = type.signed
        ? [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n]
        : [0n, 2n ** (bits === 128n ? 127n : bits) - 1n]; // Arrow refuses more.
      if (type.bits <= 32) return fc.integer({ min: Number(min), max: Number(max) });
      return fc.oneof(
        fc.bigInt({ min, max }),
        fc.constantFrom(min, max),
        int64.map((value) => clamp(value, min, max)),
      );
    }
    case 'float':
      return floats[type.bits === 32 ? 0 : 1];
    case 'decimal': {
      const max = 10n ** BigInt(type.precision) - 1n;
      return fc.oneof(
        fc.bigInt({ min: -max, max }),
        fc.constantFrom(-max, max),
        int64.map((value) => clamp(value, -max, max)),
      );
    }
    case 'text':
      return texts;
    case 'binary':
      return fc.uint8Array({ maxLength: 8 });
    case 'date':
      return fc.integer({ min: -100_000_000, max: 100_000_000 });
    case 'time':
      return fc.bigInt({ min: 0n, max: 86_400_000_000n });
    case 'timestamp':
      return moment;
    case 'duration':
      return int64;
    case 'months':
      return int32;
    case 'interval':
      return fc.tuple(fc.oneof(int32, fc.constant(0)), fc.oneof(int32, fc.constant(0)), int64);
    case 'list':
      return fc.array(stored(type.item.type), { maxLength: 4 });
    case 'struct':
      return fc.tuple(...type.fields.map((member) => stored(member.type)));
    case 'map':
      return fc.array(fc.tuple(present(type.key.type), stored(type.value.type)), { maxLength: 3 });
  }
}

function clamp(value: bigint, min: bigint, max: bigint): bigint {
  if (value < min) return min;
  return value > max ? max : value;
}

function stored(type: ColumnType): fc.Arbitrary<Stored> {
  return fc.option(present(type), { freq: 4 });
}

const layouts: fc.Arbitrary<Layout> = fc.record({
  lead: fc.integer({ min: 0, max: 3 }),
  alwaysMasked: fc.boolean(),
  garbage: fc.boolean(),
});

/** One to three columns of any type in one or two batches. */
export const randomResult: fc.Arbitrary<RandomResult> = fc
  .tuple(
    fc.array(anyType, { minLength: 1, maxLength: 3 }),
    fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 2 }),
    layouts,
  )
  .chain(([types, rowCounts, layout]) => {
    const rows = rowCounts.reduce((sum, count) => sum + count, 0);
    const columns = types.map((type) => fc.array(stored(type), { minLength: rows, maxLength: rows }));
    return fc.tuple(...columns).map((values) => {
      let from = 0;
      const batches = rowCounts.map((rowCount): ColumnBatch => {
        const slice = (at: number): Stored[] => values[at]!.slice(from, from + rowCount);
        const batch = { rowCount, columns: types.map((type, at) => store(type, slice(at), layout)) };
        from += rowCount;
        return batch;
      });
      return { fields: types.map((type, at) => field(`c${at}`, type)), batches, stored: values };
    });
  });

/** A column in a layout: it is encoded with more rows, which are then cut off, as engines do that hand out slices. */
function store(type: ColumnType, values: readonly Stored[], layout: Layout): ColumnData {
  const lead = Array<Stored>(layout.lead).fill(values.find((value) => value !== null) ?? null);
  const column = encodeColumn(
    type,
    [...lead, ...values].map((value) => toTestValue(type, value)),
  );
  return layOut(withoutFirst(column, lead.length), layout);
}

function toTestValue(type: ColumnType, value: Stored): TestValue {
  if (value === null) return null;
  const all = value as readonly Stored[];
  switch (type.kind) {
    case 'decimal':
      return decimalText(value as bigint, type.scale);
    case 'interval':
      return { months: all[0] as number, days: all[1] as number, nanoseconds: all[2] as bigint };
    case 'list':
      return all.map((item) => toTestValue(type.item.type, item));
    case 'struct':
      return Object.fromEntries(type.fields.map((member, at) => [member.name, toTestValue(member.type, all[at]!)]));
    case 'map':
      return (all as readonly (readonly [Stored, Stored])[]).map(([key, item]) => [
        toTestValue(type.key.type, key),
        toTestValue(type.value.type, item),
      ]);
    default:
      return value;
  }
}

/** A decimal with exactly `scale` digits after the point. */
export function decimalText(unscaled: bigint, scale: number): string {
  const digits = String(unscaled)
    .replace('-', '')
    .padStart(scale + 1, '0');
  const point = digits.length - scale;
  return (unscaled < 0n ? '-' : '') + digits.slice(0, point) + (scale === 0 ? '' : '.') + digits.slice(point);
}

/** The same column from a later row on. */
function withoutFirst(column: ColumnData, rows: number): ColumnData {
  const { type, validity, values, offsets, children } = column;
  const length = column.length - rows;
  const cutBits = (of: Uint8Array): Uint8Array => bits(length, (at) => isBitSet(of, at + rows));
  const sixteenBytes = values?.length === column.length * 16 && type.kind !== 'boolean';
  const cutValues = (): FixedWidthValues =>
    type.kind === 'boolean' ? cutBits(values as Uint8Array) : values!.subarray(sixteenBytes ? rows * 16 : rows);
  return {
    type,
    length,
    ...(validity && { validity: cutBits(validity) }),
    ...(values && { values: offsets ? values : cutValues() }),
    ...(offsets && { offsets: offsets.subarray(rows) }),
    ...(children && {
      children: type.kind === 'struct' ? children.map((child) => withoutFirst(child, rows)) : children,
    }),
  };
}

/** Adds masks, and spoils the values of a fixed width that are null, in the column and its children. */
function layOut(column: ColumnData, layout: Layout): ColumnData {
  const { type, length, values, validity, offsets, children } = column;
  if (type.kind === 'null') return column;
  if (layout.garbage && validity && values && !offsets) {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const width = type.kind === 'boolean' ? 0 : bytes.length / length;
    for (let at = 0; at < length; at += 1) {
      if (!isBitSet(validity, at)) bytes.fill(0xa5, at * width, (at + 1) * width);
    }
  }
  return {
    ...column,
    ...(layout.alwaysMasked && !validity && { validity: bits(length, () => true) }),
    ...(children && { children: children.map((child) => layOut(child, layout)) }),
  };
}

function bits(length: number, isSet: (at: number) => boolean): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(length / 8));
  for (let at = 0; at < length; at += 1) bytes[at >> 3]! |= Number(isSet(at)) << (at & 7);
  return bytes;
}
