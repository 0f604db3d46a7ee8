import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nextBatchRows } from '../../../providers/local/duckdb/batch-builder.ts';
import type { DuckDbBinding, Vector } from '../../../providers/local/duckdb/binding.ts';
import * as bits from '../../../providers/local/duckdb/columns/bit-runs.ts';
import { Presence } from '../../../providers/local/duckdb/columns/column-builder.ts';
import { textLayout } from '../../../providers/local/duckdb/columns/string-columns.ts';
import { structLayout } from '../../../providers/local/duckdb/columns/nested-columns.ts';
import { VariableWidth } from '../../../providers/local/duckdb/columns/growable-bytes.ts';
import { columnLayout, LAYOUTS } from '../../../providers/local/duckdb/columns/column-layout.ts';
import type { ColumnBatch, ColumnData } from '../../../src/contract/column-batch.ts';
import type { SessionHandle } from '../../../src/contract/session-handle.ts';
import { RawDuckDb } from './open-duckdb.ts';
import { LocalBench } from './open-local.ts';
import { rawValues } from './raw-values.ts';

const RUNS = { numRuns: 1000 };
const flags = fc.array(fc.boolean(), { maxLength: 200 });

function packed(flagsToPack: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(flagsToPack.length / 8));
  flagsToPack.forEach((bit, at) => bit && bits.setBit(bytes, at));
  return bytes;
}

const unpacked = (bytes: Uint8Array, count: number): boolean[] =>
  Array.from({ length: count }, (_, at) => bits.hasBit(bytes, at));

describe('bits', () => {
  it('are copied from anywhere to anywhere', () => {
    fc.assert(
      fc.property(flags, fc.nat(30), fc.nat(30), fc.nat(200), (source, start, at, wanted) => {
        const count = Math.max(0, Math.min(wanted, source.length - start));
        const to = new Uint8Array(40);
        bits.copyBits({ from: packed(source), start, to, at, count });
        const expected = [...Array<boolean>(at).fill(false), ...source.slice(start, start + count)];
        expect(unpacked(to, 300)).toEqual([...expected, ...Array<boolean>(300 - expected.length).fill(false)]);
      }),
      RUNS,
    );
  });

  it('are filled from anywhere', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(100), (at, count) => {
        const to = new Uint8Array(20);
        bits.fillBits(to, at, count);
        expect(unpacked(to, 160)).toEqual(Array.from({ length: 160 }, (_, index) => index >= at && index < at + count));
      }),
      RUNS,
    );
  });

  it('are all set, or set in both', () => {
    fc.assert(
      fc.property(flags, flags, fc.nat(200), (a, b, wanted) => {
        const count = Math.min(wanted, a.length);
        expect(bits.areAllSet(packed(a), count)).toBe(a.slice(0, count).every(Boolean));
        const length = Math.min(a.length, b.length);
        expect(unpacked(bits.bothSet(packed(a), packed(b)), length)).toEqual(
          a.slice(0, length).map((bit, at) => bit && b[at]),
        );
      }),
      RUNS,
    );
  });
});

describe('validity', () => {
  const vector = fc.record({
    present: fc.option(fc.array(fc.boolean(), { minLength: 1, maxLength: 60 })),
    size: fc.nat(60),
  });
  const part = vector.chain(({ present, size }) =>
    fc.array(fc.tuple(fc.nat(present?.length ?? size), fc.nat(60)), { maxLength: 3 }).map((pairs) => ({
      present,
      ranges: pairs.map(([start, count]) => ({ start, count: Math.min(count, (present?.length ?? size) - start) })),
    })),
  );

  it('is collected from all vectors, and absent without nulls', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const presence = new Presence();
        const expected: boolean[] = [];
        for (const { present, ranges } of parts) {
          presence.append(present === null ? undefined : packed(present), ranges);
          for (const { start, count } of ranges) {
            for (let index = start; index < start + count; index += 1) expected.push(present?.[index] ?? true);
          }
        }
        const validity = presence.finish();
        expect(presence.length).toBe(expected.length);
        expect(validity === undefined).toBe(expected.every(Boolean));
        if (validity === undefined) return;
        expect(validity).toHaveLength(Math.ceil(expected.length / 8));
        const size = validity.length * 8;
        expect(unpacked(validity, size)).toEqual([...expected, ...Array<boolean>(size - expected.length).fill(false)]);
      }),
      RUNS,
    );
  });
});

describe('columns', () => {
  const local = new LocalBench();
  let handle: SessionHandle;
  beforeAll(async () => {
    handle = await local.ready();
  });
  afterAll(() => local.provider.close());

  it('have nulls that begin in the middle of a batch', async () => {
    const values = ['i', 'i % 2 = 0', "'text number ' || i", '[i]', "{'a': i}"];
    const columns = values.map((value, index) => `CASE WHEN i = 5000 THEN NULL ELSE ${value} END AS c${index}`);
    const { rows, batches } = await local.run(handle, `SELECT ${columns.join(', ')} FROM range(20000) t(i)`);
    expect(rows[4999]).toEqual([4999n, false, 'text number 4999', [4999n], { a: 4999n }]);
    expect(rows[5000]).toEqual([null, null, null, null, null]);
    expect(rows[5001]).toEqual([5001n, false, 'text number 5001', [5001n], { a: 5001n }]);
    const withNulls = batches.map(({ columns: [first] }) => first!.validity !== undefined);
    expect(withNulls).toEqual([false, true, false, false]);
  });

  it('have a union tag beside an alternative with the name of the tag', async () => {
    const text = 'SELECT union_value(tag := 5)::UNION(tag INTEGER, _tag VARCHAR) AS u';
    const { fields, batches } = await local.run(handle, text);
    expect(fields[0]!.type).toMatchObject({ fields: [{ name: '__tag' }, { name: 'tag' }, { name: '_tag' }] });
    expect(rawValues(batches[0]!.columns[0]!)).toEqual([{ __tag: 'tag', tag: 5n, _tag: null }]);
  });

  it('distinguish a null alternative from a null union', async () => {
    const union = 'UNION(a INTEGER, b VARCHAR)';
    const text = `SELECT union_value(b := NULL::VARCHAR)::${union} UNION ALL SELECT NULL::${union}`;
    const { batches } = await local.run(handle, text);
    expect(batches.flatMap(({ columns }) => rawValues(columns[0]!))).toEqual([{ tag: 'b', a: null, b: null }, null]);
  });

  it.each([255, 256, 65_535, 65_536])('format enumerations of %i words', async (count) => {
    await local.run(handle, `CREATE OR REPLACE TYPE words AS ENUM (SELECT 'w' || i FROM range(${count}) t(i))`);
    const last = count - 1;
    expect(await local.rows(handle, `SELECT 'w0'::words, 'w${last}'::words`)).toEqual([['w0', `w${last}`]]);
  });

  it('convert nanoseconds like the casts of DuckDB', async () => {
    const text = `SELECT t, t::TIMESTAMP, n, n::TIME FROM (VALUES
      (make_timestamp_ns(-1), TIME_NS '23:59:59.9999999'), (make_timestamp_ns(-1001), TIME_NS '00:00:00.0000005'),
      (make_timestamp_ns(1999), TIME_NS '00:00:00.0000004')) v(t, n)`;
    for (const [stamp, castStamp, time, castTime] of await local.rows(handle, text)) {
      expect([stamp, time]).toEqual([castStamp, castTime]);
    }
  });

  it('keep intervals with too many microseconds equal', async () => {
    const text = 'SELECT to_microseconds(9223372036854775807), to_days(106751991) + to_microseconds(14454775807)';
    const { batches } = await local.run(handle, text);
    const [[long], [sum]] = batches[0]!.columns.map(rawValues) as [[unknown], [unknown]];
    expect(long).toEqual([0n, 106_751_991n, 14_454_775_807_000n]);
    expect(sum).toEqual(long);
  });
});

describe('parts of columns', () => {
  it('never follow string pointers inside a null struct', () => {
    // DuckDB gives no control over such pointers, so this vector is made by hand.
    const undefinedEntry = [4096, 0x62626262, 0xdeadbeef, 0xdead];
    const entries = new Uint32Array([...undefinedEntry, ...undefinedEntry, 1, 0x61, 0, 0]);
    const valid = (bits: number): Uint8Array => Uint8Array.of(bits, 0, 0, 0, 0, 0, 0, 0);
    const binding = {
      vector_get_data: () => new Uint8Array(entries.buffer),
      vector_get_validity: (vector: unknown) => valid(vector === 'struct' ? 0b101 : 0b110),
      struct_vector_get_child: () => 'member',
      get_data_from_pointer: () => {
        throw new Error('followed an undefined pointer');
      },
    };
    const column = structLayout([{ name: 'a', layout: textLayout }]).build();
    const source = { binding: binding as unknown as DuckDbBinding, vector: 'struct' as unknown as Vector, size: 3 };
    column.append(source, [{ start: 0, count: 3 }]);
    expect(rawValues(column.finish())).toEqual([{ a: null }, null, { a: 'a' }]);
  });

  it('reject more bytes than positions can address', () => {
    const strings = new VariableWidth();
    strings.extend(1, 100);
    expect(() => strings.extend(1, 2 ** 31 - 100)).toThrow(expect.objectContaining({ kind: 'unsupported' }));
  });

  it('have the type ids of the library', async () => {
    const { binding } = await RawDuckDb.open();
    const { Type } = binding as unknown as { Type: Record<string, number | string> };
    const named = Object.fromEntries(Object.entries(Type).filter(([, id]) => typeof id === 'number'));
    const ids = Object.fromEntries(Object.keys(LAYOUTS).map((name, id) => [name, id]));
    expect(ids).toMatchObject(named);
    expect(Object.keys(named).length).toBeGreaterThan(37);
    const unknown = { get_type_id: () => 999 } as unknown as DuckDbBinding;
    expect(() => columnLayout(unknown, {} as never)).toThrow('the DuckDB type with the id 999');
  });

  it('size the next batch by the rows and bytes of the last one', () => {
    const batch = (rowCount: number, bytes: number): ColumnBatch => {
      const child: ColumnData = { type: { kind: 'text' }, length: rowCount, values: new Uint8Array(bytes) };
      return { rowCount, columns: [{ type: { kind: 'struct', fields: [] }, length: rowCount, children: [child] }] };
    };
    expect(nextBatchRows(batch(2048, 1000))).toBe(4096);
    expect(nextBatchRows(batch(60_000, 1000))).toBe(65_536);
    expect(nextBatchRows(batch(2048, 2 ** 25))).toBe(1024);
    expect(nextBatchRows({ rowCount: 3, columns: [] })).toBe(6);
  });
});
