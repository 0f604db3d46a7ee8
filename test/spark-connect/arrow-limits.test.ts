import { compress } from 'lz4js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ColumnField, ColumnType } from '../../src/contract/column-batch.ts';
import { decodeArrowStream } from '../../src/spark-connect/arrow-stream.ts';
import { decompressLz4 } from '../../src/spark-connect/lz4-frame.ts';
import { flat, type FlatPair, type FlatTable } from '../../src/statement/arrow/flatbuffer-writer.ts';
import { HEADER, ipcMessage } from '../../src/statement/arrow/ipc-message.ts';
import { schemaMessage } from '../../src/statement/arrow/ipc-schema.ts';
import { cpuMs } from '../cpu-time.ts';

const LZ4: FlatTable = [flat.byte(0)];
const ZSTD: FlatTable = [flat.byte(1)];

interface Batch {
  readonly rowCount: number;
  readonly nodes: readonly FlatPair[];
  readonly buffers?: readonly FlatPair[];
  readonly body?: readonly Uint8Array[];
  readonly compression?: FlatTable;
}

function streamOf(types: readonly ColumnType[], ...batches: readonly Batch[]): Uint8Array {
  const fields = types.map((type, at): ColumnField => ({ name: `c${at}`, type, nullable: true }));
  return Buffer.concat([
    schemaMessage(fields),
    ...batches.map(({ rowCount, nodes, buffers = [], body = [], compression }) =>
      ipcMessage(HEADER.recordBatch, [flat.long(rowCount), { pairs: nodes }, { pairs: buffers }, compression], body),
    ),
  ]);
}

/** Bytes as a compressed buffer that claims to become `size` bytes. */
function claiming(size: number | bigint, bytes: Uint8Array): Uint8Array {
  const head = Buffer.alloc(8);
  head.writeBigInt64LE(BigInt(size));
  return Buffer.concat([head, bytes]);
}

/** One text column of one row whose values are compressed. */
function compressedText(compression: FlatTable, values: Uint8Array): Uint8Array {
  const offsets = claiming(-1, new Uint8Array(Int32Array.of(0, 8).buffer));
  return streamOf([{ kind: 'text' }], {
    rowCount: 1,
    nodes: [[1, 0]],
    buffers: [
      [0, 0],
      [0, 16],
      [16, values.length],
    ],
    body: [offsets, values],
    compression,
  });
}

/** A ZSTD frame of blocks that repeat one byte, 128 KB for four bytes each. */
function zstdBomb(blocks: number): Uint8Array {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0b0000_0000, 0x58]);
  const block = (last: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUIntLE((131_072 << 3) | 0b010 | last, 0, 3);
    return bytes;
  };
  return Buffer.concat([head, ...Array.from({ length: blocks }, (_, at) => block(at === blocks - 1 ? 1 : 0))]);
}

const nested = (depth: number): ColumnType =>
  depth === 0 ? { kind: 'null' } : { kind: 'list', item: { name: 'item', type: nested(depth - 1), nullable: true } };

const ints = (...values: readonly number[]): Uint8Array => new Uint8Array(Int32Array.from(values).buffer);
const INTEGER: ColumnType = { kind: 'integer', bits: 32, signed: true };
const wholes = Array.from({ length: 8 }, (_, at) => at);

describe('a batch that claims more than it holds is refused at once, by a message with the limit', () => {
  it.each<[string, Uint8Array, RegExp]>([
    [
      '300 million nulls',
      streamOf([{ kind: 'null' }], { rowCount: 3e8, nodes: [[3e8, 3e8]] }),
      /300000000 rows.*4194304/,
    ],
    ['300 million rows without columns', streamOf([], { rowCount: 3e8, nodes: [] }), /300000000 rows.*4194304/],
    [
      'nulls in many columns',
      streamOf(Array<ColumnType>(100).fill({ kind: 'null' }), {
        rowCount: 1e6,
        nodes: Array<FlatPair>(100).fill([1e6, 1e6]),
      }),
      /5000000 rows.*4194304/,
    ],
    [
      'nulls in many batches',
      streamOf([{ kind: 'null' }], ...Array<Batch>(10).fill({ rowCount: 1e6, nodes: [[1e6, 1e6]] })),
      /5000000 rows.*4194304/,
    ],
    [
      'two columns on the same bytes',
      streamOf([INTEGER, INTEGER], {
        rowCount: 2,
        nodes: [
          [2, 0],
          [2, 0],
        ],
        buffers: [
          [0, 0],
          [0, 8],
          [0, 0],
          [0, 8],
        ],
        body: [ints(1, 2)],
      }),
      /a buffer at 0 to 8/,
    ],
    ['a type nested 65 deep', streamOf([nested(65)]), /nested more than 64 deep/],
    [
      'an LZ4 buffer of 2 GB',
      compressedText(LZ4, claiming(2n ** 31n - 1n, compress(ints(1)))),
      /2147483647 .*134217728/,
    ],
    ['a ZSTD buffer of 2 GB', compressedText(ZSTD, claiming(2n ** 31n - 1n, zstdBomb(1))), /2147483647 .*134217728/],
    [
      'an LZ4 buffer that is longer',
      compressedText(LZ4, claiming(8, compress(Buffer.alloc(100)))),
      /outside of its frame/,
    ],
    ['an LZ4 buffer that is shorter', compressedText(LZ4, claiming(1000, compress(Buffer.alloc(100)))), /100 bytes/],
    ['a ZSTD buffer that is longer', compressedText(ZSTD, claiming(8, zstdBomb(1000))), /damaged/],
    ['a ZSTD buffer that is shorter', compressedText(ZSTD, claiming(1e6, zstdBomb(1))), /damaged/],
    ['a negative size', compressedText(LZ4, claiming(-2, compress(ints(1)))), /-2 bytes/],
    ['an unknown codec', compressedText([flat.byte(9)], claiming(8, compress(ints(1)))), /the number 9/],
  ])('%s', async (_, stream, message) => {
    const startedMs = cpuMs();
    await expect(decodeArrowStream(stream)).rejects.toMatchObject({
      kind: 'unexpected',
      message: expect.stringMatching(message),
    });
    expect(cpuMs() - startedMs).toBeLessThan(1_000);
  });
});

describe('a buffer that does not fit its rows is refused', () => {
  const texts = (offsets: readonly number[], values: number): Uint8Array =>
    streamOf([{ kind: 'text' }], {
      rowCount: offsets.length - 1,
      nodes: [[offsets.length - 1, 0]],
      buffers: [
        [0, 0],
        [0, offsets.length * 4],
        [Math.ceil(offsets.length / 2) * 8, values],
      ],
      body: [ints(...offsets), new Uint8Array(values)],
    });
  it.each<[string, Uint8Array, RegExp]>([
    [
      'integers cut from 32 to 8 bytes',
      streamOf([INTEGER], {
        rowCount: 8,
        nodes: [[8, 0]],
        buffers: [
          [0, 0],
          [0, 8],
        ],
        body: [ints(...wholes)],
      }),
      /8 bytes of values where 32 are needed/,
    ],
    ['texts that are cut', texts([0, 4, 8], 5), /the last offset is 8, behind the 5 values/],
    ['texts out of order', texts([0, 8, 4], 8), /offsets that go back/],
    ['texts before their beginning', texts([-4, 4, 8], 8), /offsets that go back/],
    [
      'nulls without a bitmap',
      streamOf([INTEGER], {
        rowCount: 2,
        nodes: [[2, 1]],
        buffers: [
          [0, 0],
          [0, 8],
        ],
        body: [ints(1, 2)],
      }),
      /0 bytes of validity where 1 are needed/,
    ],
    [
      'a wrong number of nulls',
      streamOf([INTEGER], {
        rowCount: 2,
        nodes: [[2, 0]],
        buffers: [
          [0, 1],
          [8, 8],
        ],
        body: [Uint8Array.of(1), ints(1, 2)],
      }),
      /1 nulls where 0 are announced/,
    ],
    [
      'a column of another length',
      streamOf([INTEGER], {
        rowCount: 3,
        nodes: [[2, 0]],
        buffers: [
          [0, 0],
          [0, 8],
        ],
        body: [ints(1, 2)],
      }),
      /'c0' has 2 values for 3 rows/,
    ],
    [
      'a list that leads behind its items',
      streamOf([{ kind: 'list', item: { name: 'item', type: INTEGER, nullable: true } }], {
        rowCount: 1,
        nodes: [
          [1, 0],
          [1, 0],
        ],
        buffers: [
          [0, 0],
          [0, 8],
          [0, 0],
          [8, 4],
        ],
        body: [ints(0, 2), ints(1, 0)],
      }),
      /the last offset is 2, behind the 1 values/,
    ],
    [
      'a decimal without digits',
      streamOf([{ kind: 'decimal', precision: 10, scale: 2 ** 30 }]),
      /Decimal.*cannot be read/,
    ],
  ])('%s', async (_, stream, message) => {
    await expect(decodeArrowStream(stream)).rejects.toThrow(message);
  });
});

it('metadata whose tables share their bytes is refused: 40 levels of two children each would be 10^12 columns', async () => {
  const struct = (depth: number): ColumnType => ({
    kind: 'struct',
    fields:
      depth === 0
        ? []
        : [
            { name: 'a', type: struct(depth - 1), nullable: true },
            { name: 'b', type: { kind: 'struct', fields: [] }, nullable: true },
          ],
  });
  const stream = new Uint8Array(streamOf([struct(40)]));
  const view = new DataView(stream.buffer);
  // Point the entry of each second child to the table of the first.
  let shared = 0;
  for (let at = 8; at + 12 < stream.length; at += 4) {
    if (view.getUint32(at, true) !== 2) continue;
    const [first, second] = [at + 4 + view.getUint32(at + 4, true), at + 8 + view.getUint32(at + 8, true)];
    if (first <= at || second <= first || second >= stream.length) continue;
    view.setUint32(at + 8, first - (at + 8), true);
    shared += 1;
  }
  expect(shared).toBeGreaterThan(30);
  await expect(decodeArrowStream(stream)).rejects.toThrow(/its metadata is longer than its message/);
});

it('LZ4 gives back what another library compressed', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.array(fc.constantFrom(0, 1), { maxLength: 5000 }).map((items) => Uint8Array.from(items)),
  );
  fc.assert(
    fc.property(bytes, fc.integer({ min: 1, max: 50 }), (part, times) => {
      const whole = Buffer.concat(Array<Uint8Array>(times).fill(part));
      const output = new Uint8Array(whole.length);
      for (const _ of decompressLz4(compress(whole), output));
      expect(Buffer.compare(output, whole)).toBe(0);
    }),
  );
});

it('a large compressed batch lets timers run', async () => {
  const zeros = new Uint8Array(96 * 1024 ** 2);
  const stream = compressedText(LZ4, claiming(zeros.length, compress(zeros)));
  let ticks = 0;
  const timer = setInterval(() => (ticks += 1), 1);
  await decodeArrowStream(stream).finally(() => clearInterval(timer));
  expect(ticks).toBeGreaterThan(1);
});

it('a later batch with other columns than the first is refused', async () => {
  const { schema } = await decodeArrowStream(streamOf([INTEGER]));
  const rows = {
    rowCount: 1,
    nodes: [[1, 0]],
    buffers: [
      [0, 0],
      [0, 8],
    ],
    body: [ints(1, 2)],
  } as const;
  expect((await decodeArrowStream(streamOf([INTEGER], rows), schema)).batches).toHaveLength(1);
  const floats = streamOf([{ kind: 'float', bits: 32 }], rows);
  await expect(decodeArrowStream(floats, schema)).rejects.toThrow(/not those of the first batch/);
});
