import type { BatchPacking } from '../fault.ts';
import { encodeMessage, WireMessage, type FieldValue } from './wire-message.ts';

/** Fields of `ExecutePlanResponse` and of the batch in it. */
const ARROW_BATCH = 2;
const RESPONSE_TEXTS = [1, 12, 13, 15];
const BATCH = { rowCount: 1, data: 2, startOffset: 3, chunkIndex: 4, chunks: 5 } as const;

/** Repacks an answer with rows; every other answer does not change. */
export async function repackBatch(answer: Uint8Array, packing: BatchPacking): Promise<readonly Uint8Array[]> {
  const response = new WireMessage(answer);
  const batch = response.message(ARROW_BATCH);
  if (batch === undefined) return [answer];
  const data = batch.bytes(BATCH.data) ?? new Uint8Array();
  const rows = batch.whole(BATCH.rowCount);
  const start = batch.has(BATCH.startOffset) ? batch.whole(BATCH.startOffset) : undefined;
  const middle = data.length >> 1;
  const pack = (fields: Readonly<Record<number, FieldValue>>): Uint8Array =>
    withBatch(response, { [BATCH.rowCount]: rows, [BATCH.data]: data, [BATCH.startOffset]: start, ...fields });
  const piece = (at: bigint): Uint8Array =>
    pack({
      [BATCH.data]: at === 0n ? data.subarray(0, middle) : data.subarray(middle),
      [BATCH.chunkIndex]: at,
      [BATCH.chunks]: 2n,
    });
  switch (packing) {
    case 'pieces':
      return [piece(0n), piece(1n)];
    case 'pieces-out-of-order':
      return [piece(1n), piece(0n)];
    case 'piece-missing':
      return [piece(0n)];
    case 'wrong-row-count':
      return [pack({ [BATCH.rowCount]: rows + 1n })];
    case 'wrong-start':
      return [pack({ [BATCH.startOffset]: (start ?? 0n) + 1n })];
    case 'no-arrow':
      return [pack({ [BATCH.data]: Uint8Array.of(1, 2, 3) })];
    case 'lz4':
    case 'zstd':
      return [pack({ [BATCH.data]: await compressedStream(data, packing) })];
  }
}

/** The answer with another batch; its other fields are texts. */
function withBatch(response: WireMessage, batch: Readonly<Record<number, FieldValue>>): Uint8Array {
  const fields: Record<number, FieldValue> = { [ARROW_BATCH]: encodeMessage(batch) };
  for (const number of RESPONSE_TEXTS) if (response.has(number)) fields[number] = response.text(number);
  return encodeMessage(fields);
}

/** The number at the beginning of a ZSTD frame. @see https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1 (read 2026-11-21) */
const ZSTD_MAGIC = 0xfd2fb528;
/** A header with a content size of four bytes, in a single segment. */
const ZSTD_DESCRIPTOR = 0b1010_0000;
const ZSTD_BLOCK_BYTES = 128 * 1024;

/** An Arrow stream with compressed buffers, as Spark 4.1 writes it by configuration. */
async function compressedStream(stream: Uint8Array, codec: 'lz4' | 'zstd'): Promise<Uint8Array> {
  const [{ CompressionType, compressionRegistry, tableFromIPC, tableToIPC }, lz4] = await Promise.all([
    import('apache-arrow'),
    import('lz4js'),
  ]);
  const type = codec === 'lz4' ? CompressionType.LZ4_FRAME : CompressionType.ZSTD;
  const buffers: { readonly compressed: Uint8Array; readonly size: number }[] = [];
  const encode = (bytes: Uint8Array): Uint8Array => {
    const compressed = codec === 'lz4' ? lz4.compress(bytes) : storedZstd(bytes);
    if (compressed.length < bytes.length) buffers.push({ compressed, size: bytes.length });
    return compressed;
  };
  const table = tableFromIPC(stream);
  // The process has one registry, and a client in it may have registered its own codec.
  const before = compressionRegistry.get(type);
  compressionRegistry.set(type, { ...before, encode });
  try {
    const result = Buffer.from(tableToIPC(table, 'stream', type));
    // The writer puts the compressed size in front of a buffer (apache-arrow 21.2.0); the format has the uncompressed one.
    let at = 0;
    for (const { compressed, size } of buffers) {
      result.writeBigInt64LE(BigInt(size), result.indexOf(compressed, at) - 8);
      at = result.indexOf(compressed, at) + compressed.length;
    }
    return result;
  } finally {
    compressionRegistry.set(type, before ?? {});
  }
}

/** A ZSTD frame of stored blocks: every reader accepts it, and writing it needs no compressor. */
function storedZstd(bytes: Uint8Array): Uint8Array {
  const head = Buffer.alloc(9);
  head.writeUInt32LE(ZSTD_MAGIC, 0);
  head.writeUInt8(ZSTD_DESCRIPTOR, 4);
  head.writeUInt32LE(bytes.length, 5);
  const parts: Uint8Array[] = [head];
  for (let at = 0; at === 0 || at < bytes.length; at += ZSTD_BLOCK_BYTES) {
    const block = bytes.subarray(at, at + ZSTD_BLOCK_BYTES);
    const isLast = at + ZSTD_BLOCK_BYTES >= bytes.length ? 1 : 0;
    const blockHead = Buffer.alloc(3);
    blockHead.writeUIntLE((block.length << 3) | isLast, 0, 3);
    parts.push(blockHead, block);
  }
  return Buffer.concat(parts);
}
