import type * as ArrowModule from 'apache-arrow';
import type { ColumnBatch, ColumnField } from '../contract/column-batch.ts';
import { SessionError } from '../contract/session-error.ts';
import { toColumnData, toColumnField } from './arrow-columns.ts';

/** The module `apache-arrow`. */
type Arrow = typeof ArrowModule;

/** What one complete IPC stream holds. */
export interface DecodedStream {
  readonly fields: readonly ColumnField[];
  readonly batches: readonly ColumnBatch[];
}

/** Turns the bytes of one complete IPC stream into columns that share its memory. */
export type ArrowDecoder = (stream: Uint8Array) => DecodedStream;

/** Buffers of Arrow are read as arrays of eight-byte values where their type asks for it. */
const ALIGNMENT_BYTES = 8;

let loading: Promise<ArrowDecoder> | undefined;

/**
 * Loads what reads Arrow, with both of the compressions that Spark 4.1 may be told to use.
 * @see https://github.com/apache/spark/pull/52747 (read 2026-11-21)
 * @throws SessionError `unsupported` when the package is not installed.
 */
export async function loadArrowDecoder(): Promise<ArrowDecoder> {
  loading ??= Promise.all([import('apache-arrow'), import('fzstd'), import('lz4js')]).then(([arrow, zstd, lz4]) => {
    const { compressionRegistry, CompressionType } = arrow;
    compressionRegistry.set(CompressionType.ZSTD, { decode: (bytes) => aligned(zstd.decompress(bytes)) });
    compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: (bytes) => aligned(lz4.decompress(bytes)) });
    return (stream: Uint8Array) => decodeStream(arrow, stream);
  });
  try {
    return await loading;
  } catch (cause) {
    loading = undefined;
    const message =
      'results of Spark need the packages apache-arrow, fzstd and lz4js, of which one cannot be loaded; run: npm install';
    throw new SessionError('unsupported', message, { operation: 'execute', cause });
  }
}

function decodeStream(arrow: Arrow, stream: Uint8Array): DecodedStream {
  try {
    // gRPC hands out messages at any address; copying one at once is cheaper than copying its buffers one by one.
    const reader = arrow.RecordBatchReader.from(aligned(stream)).open();
    // Before the batches: a reader at its end has forgotten it.
    const { schema } = reader;
    const batches = [...reader];
    return {
      fields: schema.fields.map(toColumnField),
      batches: batches.map(({ numRows, data }) => ({ rowCount: numRows, columns: data.children.map(toColumnData) })),
    };
  } catch (cause) {
    if (SessionError.is(cause)) throw cause;
    throw new SessionError(
      'unexpected',
      'a batch of the result is no Arrow stream that can be read; report it with the statement',
      {
        operation: 'execute',
        cause,
      },
    );
  }
}

function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % ALIGNMENT_BYTES === 0 ? bytes : bytes.slice();
}
