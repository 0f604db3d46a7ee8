import zlib from 'node:zlib';
import { eventLoopPauses } from '../provider-kit/event-loop-pause.ts';
import { decompressLz4 } from './lz4-frame.ts';

/** Decompresses bytes into exactly `size` bytes. @throws for bytes that are something else. */
type Decompress = (bytes: Uint8Array, size: number) => Uint8Array | Promise<Uint8Array>;

/** Node.js 22.15 and later have it. */
interface NodeZstd {
  readonly zstdDecompressSync?: (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;
}

/**
 * The most that the compressed buffers of one stream may become, bytes. Spark sends batches of a few megabytes, and no
 * message above 128 MiB.
 * @see https://spark.apache.org/docs/latest/configuration.html#spark-connect (read 2026-11-30)
 */
const MOST_BYTES = 128 * 1024 ** 2;

/** Decompresses the buffers of one Arrow stream. It pauses for the event loop, and stops at a limit. */
export class BufferDecompressor {
  readonly #pause = eventLoopPauses();
  #left = MOST_BYTES;

  /** @param codec - its number in the format: 0 is LZ4, 1 is ZSTD */
  async decompress(buffers: readonly Uint8Array[], codec: number): Promise<Uint8Array[]> {
    if (codec > 1) throw new RangeError(`its compression has the number ${codec}`);
    const decompress = codec === 0 ? (bytes: Uint8Array, size: number) => this.#lz4(bytes, size) : await loadZstd();
    const plain: Uint8Array[] = [];
    for (const buffer of buffers) {
      plain.push(buffer.length === 0 ? buffer : await this.#decompressed(buffer, decompress));
      await this.#pause();
    }
    return plain;
  }

  /** Compressed bytes begin with their size, or with -1 where they are stored as they are. */
  async #decompressed(buffer: Uint8Array, decompress: Decompress): Promise<Uint8Array> {
    const size = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength).getBigInt64(0, true);
    const data = buffer.subarray(8);
    if (size === -1n) return data;
    if (size < 0n || size > this.#left) {
      throw new RangeError(`its buffers claim ${size} bytes, above the limit of ${MOST_BYTES} for the whole batch`);
    }
    this.#left -= Number(size);
    if (size === 0n) return new Uint8Array();
    const plain = await decompress(data, Number(size));
    if (plain.length !== Number(size)) throw new RangeError(`a buffer of ${plain.length} bytes instead of ${size}`);
    return plain;
  }

  async #lz4(bytes: Uint8Array, size: number): Promise<Uint8Array> {
    const output = new Uint8Array(size);
    for (const _ of decompressLz4(bytes, output)) await this.#pause();
    return output;
  }
}

/** Node's own codec where it exists. Both stop at the size, whatever the bytes say. */
async function loadZstd(): Promise<Decompress> {
  const { zstdDecompressSync } = zlib as NodeZstd;
  if (zstdDecompressSync !== undefined) return (bytes, size) => zstdDecompressSync(bytes, { maxOutputLength: size });
  const { ZSTDDecoder } = await import('zstddec');
  const decoder = new ZSTDDecoder();
  await decoder.init();
  return (bytes, size) => decoder.decode(bytes, size);
}
