/** The number with which a ZSTD frame begins. @see https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1 (read 2026-11-21) */
const ZSTD_MAGIC = 0xfd2fb528;
/** A header with a content size of four bytes, in a single segment. */
const ZSTD_DESCRIPTOR = 0b1010_0000;
/** The most that one block may hold. */
const ZSTD_BLOCK_BYTES = 128 * 1024;

/** An Arrow stream again, its buffers compressed as Spark 4.1 does when it is told to. */
export async function compressedStream(stream: Uint8Array, codec: 'lz4' | 'zstd'): Promise<Uint8Array> {
  const [{ CompressionType, compressionRegistry, tableFromIPC, tableToIPC }, lz4] = await Promise.all([
    import('apache-arrow'),
    import('lz4js'),
  ]);
  const type = codec === 'lz4' ? CompressionType.LZ4_FRAME : CompressionType.ZSTD;
  const encode = codec === 'lz4' ? (bytes: Uint8Array) => lz4.compress(bytes) : storedZstd;
  const table = tableFromIPC(stream);
  // The registry is one for the process, and a client in it has put its own there.
  const before = compressionRegistry.get(type);
  compressionRegistry.set(type, { ...before, encode });
  try {
    return tableToIPC(table, 'stream', type);
  } finally {
    compressionRegistry.set(type, before ?? {});
  }
}

/** A ZSTD frame of blocks that are stored as they are: every reader takes it, and writing it needs no compressor. */
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
