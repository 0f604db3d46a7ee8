import * as arrow from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SessionError } from '../../src/contract/session-error.ts';
import { decodeArrowStream } from '../../src/spark-connect/arrow-stream.ts';
import { decodeColumn } from '../../src/statement/values/decode-column.ts';

const bytesOf = (vector: arrow.Vector): Uint8Array => arrow.tableToIPC(new arrow.Table({ v: vector }), 'stream');
const vector = (type: arrow.DataType, values: readonly unknown[]): arrow.Vector =>
  arrow.vectorFromArray(values as never[], type) as arrow.Vector;

/** The values of the one column, and whether its message could be passed on. */
async function read(stream: Uint8Array): Promise<{ values: unknown[]; isPassedOn: boolean }> {
  const { batches } = await decodeArrowStream(stream);
  const values = batches.flatMap(({ columns }) => columns.flatMap(decodeColumn));
  return { values, isPassedOn: batches.every(({ ipcMessage }) => ipcMessage !== undefined) };
}

describe('a column of another layout is converted, and its message is not passed on', () => {
  const at = Date.UTC(2024, 1, 29, 12);
  it.each<[arrow.DataType, readonly unknown[], readonly unknown[]]>([
    [new arrow.LargeUtf8(), ['a', null, 'ccc'], ['a', null, 'ccc']],
    [new arrow.LargeBinary(), [Uint8Array.of(1, 2)], [Uint8Array.of(1, 2)]],
    [new arrow.TimestampMillisecond(), [at, null], ['2024-02-29T12:00:00', null]],
    [new arrow.TimestampSecond(), [at], ['2024-02-29T12:00:00']],
    [new arrow.TimestampNanosecond(), [at], ['2024-02-29T12:00:00']],
    [new arrow.TimeSecond(), [3723], ['01:02:03']],
    [new arrow.TimeMillisecond(), [1], ['00:00:00.001000']],
    [new arrow.DurationSecond(), [60n], ['PT1M']],
  ])('%s', async (type, values, expected) => {
    expect(await read(bytesOf(vector(type, values)))).toEqual({ values: expected, isPassedOn: false });
  });
});

it.each<[string, arrow.DataType]>([
  ['FloatingPoint', new arrow.Float16()],
  ['Dictionary', new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32())],
  ['Date', new arrow.DateMillisecond()],
  ['FixedSizeBinary', new arrow.FixedSizeBinary(2)],
])('a column of the type %s is rejected by its name', async (name, type) => {
  const stream = arrow.tableToIPC(new arrow.Table(new arrow.Schema([new arrow.Field('v', type)])), 'stream');
  await expect(decodeArrowStream(stream)).rejects.toMatchObject({
    kind: 'unsupported',
    message: expect.stringMatching(new RegExp(`Column 'v' has the Arrow type ${name}.*CAST it to STRING`)),
  });
});

it('bytes that are spoiled in any place give values or one clear error', { timeout: 60_000 }, async () => {
  const rows = [{ a: ['x', null], b: { c: 1 } }, null, { a: [], b: null }];
  const item = new arrow.Field('item', new arrow.Utf8(), true);
  const struct = new arrow.Struct([new arrow.Field('c', new arrow.Int32(), true)]);
  const members = [new arrow.Field('a', new arrow.List(item), true), new arrow.Field('b', struct, true)];
  const type = new arrow.Struct(members as arrow.Field[]);
  const stream = bytesOf(vector(type, rows));
  const spoil = fc.tuple(fc.nat(stream.length - 1), fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 127, 128, 255)));
  await fc.assert(
    fc.asyncProperty(fc.array(spoil, { minLength: 1, maxLength: 3 }), fc.nat(stream.length), async (places, cut) => {
      const spoiled = stream.slice(0, cut < 40 ? cut : stream.length);
      for (const [at, byte] of places) spoiled[at] = byte;
      const outcome = await read(spoiled).catch((error: unknown) => error);
      if (outcome instanceof Error && !SessionError.is(outcome)) throw outcome;
    }),
    { numRuns: 3000 },
  );
});
