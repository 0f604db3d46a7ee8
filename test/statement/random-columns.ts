import * as fc from 'fast-check';
import type {
  ColumnBatch,
  ColumnData,
  ColumnField,
  ColumnType,
  FixedWidthValues,
} from '../../src/contract/column-batch.ts';

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

function store(type: ColumnType, values: readonly Stored[], layout: Layout): ColumnData {
  const { length } = values;
  if (type.kind === 'null') return { type, length };
  const isMasked = layout.alwaysMasked || values.includes(null);
  return {
    type,
    length,
    ...(isMasked ? { validity: bits(values.map((value) => value !== null)) } : {}),
    ...buffers(type, values, layout),
  };
}

type Buffers = Pick<ColumnData, 'values' | 'offsets' | 'children'>;

function buffers(type: ColumnType, values: readonly Stored[], layout: Layout): Buffers {
  /** The values, with something in the place of nulls. */
  const filled = <T extends Stored>(nothing: T, anything: T): T[] =>
    values.map((value) => (value === null ? (layout.garbage ? anything : nothing) : (value as T)));
  switch (type.kind) {
    case 'null':
      return {};
    case 'boolean':
      return { values: bits(filled(false, true)) };
    case 'integer':
      if (type.bits === 128) return { values: words(filled(0n, -5n), 16) };
      if (type.bits === 64)
        return { values: type.signed ? BigInt64Array.from(filled(0n, -5n)) : BigUint64Array.from(filled(0n, 5n)) };
      return { values: new INTEGERS[type.bits][type.signed ? 0 : 1](filled(0, 77)) };
    case 'float':
      return { values: type.bits === 32 ? new Float32Array(filled(0, 7)) : new Float64Array(filled(0, 7)) };
    case 'decimal':
      return { values: words(filled(0n, -5n), 16) };
    case 'text':
      return pieces(
        filled('', 'gärbage').map((text) => new TextEncoder().encode(text)),
        layout,
      );
    case 'binary':
      return pieces(filled(new Uint8Array(), new Uint8Array([1])), layout);
    case 'date':
    case 'months':
      return { values: Int32Array.from(filled(0, 2 ** 31 - 1)) };
    case 'time':
    case 'timestamp':
    case 'duration':
      return { values: BigInt64Array.from(filled(0n, -(2n ** 63n))) };
    case 'interval': {
      const parts = filled<readonly Stored[]>([0, 0, 0n], [1, 1, 1n]) as [number, number, bigint][];
      const whole = parts.map(
        ([months, days, rest]) =>
          BigInt.asUintN(32, BigInt(months)) | (BigInt.asUintN(32, BigInt(days)) << 32n) | (rest << 64n),
      );
      return { values: words(whole, 16) };
    }
    case 'list': {
      const lists = filled<readonly Stored[]>([], [null]);
      const items = [...Array<Stored>(layout.lead).fill(null), ...lists.flat(1)];
      return { offsets: offsets(lists, layout), children: [store(type.item.type, items, layout)] };
    }
    case 'struct':
      return {
        children: type.fields.map((member, at) =>
          store(
            member.type,
            values.map((value) => (value === null ? null : (value as readonly Stored[])[at]!)),
            layout,
          ),
        ),
      };
    case 'map': {
      const maps = filled<readonly Stored[]>([], []) as (readonly (readonly [Stored, Stored])[])[];
      const pairs = maps.flat(1);
      // Keys are never null; before the first offset anything may stand, and here the first key does.
      const lead = pairs.length === 0 ? 0 : layout.lead;
      const side = (at: 0 | 1): Stored[] => [
        ...Array<Stored>(lead).fill(pairs[0]?.[at] ?? null),
        ...pairs.map((pair) => pair[at]),
      ];
      const children = [
        store(type.key.type, side(0), { ...layout, alwaysMasked: false }),
        store(type.value.type, side(1), layout),
      ];
      return { offsets: offsets(maps, { ...layout, lead }), children };
    }
  }
}

const INTEGERS = { 8: [Int8Array, Uint8Array], 16: [Int16Array, Uint16Array], 32: [Int32Array, Uint32Array] } as const;

function pieces(parts: readonly Uint8Array[], layout: Layout): Buffers {
  const all = Buffer.concat([Buffer.alloc(layout.lead, 'x'), ...parts, Buffer.alloc(layout.lead, 'y')]);
  return { values: new Uint8Array(all), offsets: offsets(parts, layout) };
}

function offsets(parts: readonly { readonly length: number }[], { lead }: Layout): Int32Array {
  let end = lead;
  return Int32Array.from([lead, ...parts.map((part) => (end += part.length))]);
}

function words(values: readonly bigint[], bytes: number): FixedWidthValues {
  const hex = values.map((value) =>
    BigInt.asUintN(bytes * 8, value)
      .toString(16)
      .padStart(bytes * 2, '0'),
  );
  return new Uint8Array(Buffer.concat(hex.map((digits) => Buffer.from(digits, 'hex').reverse())));
}

function bits(values: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(values.length / 8));
  values.forEach((value, at) => (bytes[at >> 3]! |= Number(value) << (at & 7)));
  return bytes;
}
