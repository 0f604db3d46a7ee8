import type { ColumnBatch, ColumnData, ColumnField, ColumnType, FixedWidthValues } from '../contract/column-batch.ts';
import { SessionError } from '../contract/session-error.ts';
import { ArrowBuffers, type ArrayKind, type Decompress } from './arrow-buffers.ts';
import { type ArrowColumn, isAsInContract, readSchema } from './arrow-schema.ts';
import { FlatTable } from './flatbuffer-reader.ts';

/** The content of one complete IPC stream. */
export interface DecodedStream {
  readonly fields: readonly ColumnField[];
  readonly batches: readonly ColumnBatch[];
}

/** Numbers of the kinds of messages. @see https://github.com/apache/arrow/blob/main/format/Message.fbs (read 2026-11-29) */
const SCHEMA = 1;
const RECORD_BATCH = 3;

interface Message {
  readonly kind: number;
  readonly header: FlatTable;
  readonly body: Uint8Array;
  /** All of it: marker, length, metadata and body. */
  readonly whole: Uint8Array;
}

/**
 * Reads the bytes of one complete IPC stream. Columns are read when they are first used.
 * @throws SessionError `unexpected` for bytes that are no such stream, `unsupported` for a type that cannot be read.
 */
export async function decodeArrowStream(stream: Uint8Array): Promise<DecodedStream> {
  try {
    const [schema, ...messages] = readMessages(stream);
    if (schema?.kind !== SCHEMA) throw new RangeError('there is no schema');
    const columns = readSchema(schema.header);
    const batches: ColumnBatch[] = [];
    for (const message of messages) {
      if (message.kind !== RECORD_BATCH) throw new RangeError(`there is a message of kind ${message.kind}`);
      const compression = message.header.table(3);
      batches.push(new ArrowBatch(message, columns, compression && (await loadCodec(compression.byte(0)))));
    }
    return { fields: columns.map(({ field }) => field), batches };
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause: unknown): SessionError {
  if (SessionError.is(cause)) return cause;
  const message = 'A batch of the result is not a readable Arrow stream. Report this together with the statement.';
  return new SessionError('unexpected', message, { operation: 'execute', cause });
}

/** @see https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format (read 2026-11-29) */
function readMessages({ buffer, byteOffset, byteLength }: Uint8Array): Message[] {
  const view = new DataView(buffer, byteOffset, byteLength);
  // Not a Buffer, whatever gRPC delivers.
  const stream = new Uint8Array(buffer, byteOffset, byteLength);
  const messages: Message[] = [];
  for (let at = 0; at < stream.length;) {
    if (view.getInt32(at, true) !== -1) throw new RangeError('a message has no marker');
    const metadataLength = view.getUint32(at + 4, true);
    if (metadataLength === 0) break;
    const bodyAt = at + 8 + metadataLength;
    const metadata = FlatTable.root(stream.subarray(at + 8, bodyAt));
    const end = bodyAt + metadata.long(3);
    const header = metadata.table(2);
    if (header === undefined || end > stream.length) throw new RangeError('a message is cut off');
    messages.push({
      kind: metadata.byte(1),
      header,
      body: stream.subarray(bodyAt, end),
      whole: stream.subarray(at, end),
    });
    at = end;
  }
  return messages;
}

/** A batch whose columns are read when they are first used. A getter of an object literal would keep each batch until a full garbage collection. */
class ArrowBatch implements ColumnBatch {
  readonly rowCount: number;
  readonly ipcMessage: Uint8Array | undefined;
  readonly #message: Message;
  readonly #fields: readonly ArrowColumn[];
  readonly #codec: Decompress | undefined;
  #columns: readonly ColumnData[] | undefined;

  constructor(message: Message, fields: readonly ArrowColumn[], codec?: Decompress) {
    this.rowCount = message.header.long(0);
    this.ipcMessage = codec === undefined && fields.every(isAsInContract) ? message.whole : undefined;
    this.#message = message;
    this.#fields = fields;
    this.#codec = codec;
  }

  get columns(): readonly ColumnData[] {
    const { header, body } = this.#message;
    try {
      return (this.#columns ??= readColumns(this.#fields, new ArrowBuffers(header, body, this.#codec), this.rowCount));
    } catch (cause) {
      throw unreadable(cause);
    }
  }
}

/** Spark 4.1 can compress batches with either codec. @see https://github.com/apache/spark/pull/52747 (read 2026-11-21) */
async function loadCodec(codec: number): Promise<Decompress> {
  if (codec === 0) {
    const { decompress } = await import('lz4js');
    return (bytes) => decompress(bytes);
  }
  const { decompress } = await import('fzstd');
  return (bytes, size) => decompress(bytes, new Uint8Array(size));
}

/** Reads columns that belong together, and so have one length. */
function readColumns(columns: readonly ArrowColumn[], buffers: ArrowBuffers, length: number): ColumnData[] {
  const read = columns.map((column) => readColumn(column, buffers));
  if (read.some((column) => column.length !== length)) throw new RangeError('columns differ in length');
  return read;
}

function readColumn(
  { field: { type }, width, unitsPerSecond, children }: ArrowColumn,
  buffers: ArrowBuffers,
): ColumnData {
  const [length, nulls] = buffers.node();
  // The one type without a bitmap.
  if (type.kind === 'null') return { type, length };
  const bitmap = buffers.bytes();
  const bitmapLength = Math.ceil(length / 8);
  if (nulls > 0 && bitmap.length < bitmapLength) throw new RangeError('a bitmap is too short for its column');
  const column = { type, length, ...(nulls > 0 && { validity: bitmap }) };
  const readOffsets = (): Int32Array => {
    const count = length === 0 ? 0 : length + 1;
    return width === 8
      ? Int32Array.from(buffers.array(BigInt64Array, count), Number)
      : buffers.array(Int32Array, count);
  };
  switch (type.kind) {
    case 'text':
    case 'binary': {
      const offsets = readOffsets();
      const values = buffers.bytes();
      assertWithin(offsets, values.length);
      return { ...column, offsets, values };
    }
    case 'list':
    case 'map': {
      const offsets = readOffsets();
      const items = children.map((child) => readColumn(child, buffers));
      assertWithin(offsets, items[0]?.length ?? 0);
      // Arrow's map is a list of structs.
      return { ...column, offsets, children: type.kind === 'map' ? (items[0]?.children ?? []) : items };
    }
    case 'struct':
      return { ...column, children: readColumns(children, buffers, length) };
    case 'boolean':
      return { ...column, values: buffers.array(Uint8Array, bitmapLength) };
    case 'decimal':
    case 'interval':
      return { ...column, values: buffers.array(Uint8Array, length * 16) };
    case 'time':
    case 'timestamp':
    case 'duration': {
      const values = buffers.array<Int32Array | BigInt64Array>(width === 8 ? BigInt64Array : Int32Array, length);
      return { ...column, values: unitsPerSecond === undefined ? values : inMicroseconds(values, unitsPerSecond) };
    }
    case 'integer':
    case 'float':
    case 'date':
    case 'months':
      return { ...column, values: buffers.array(numberArray(type), length) };
  }
}

function numberArray(type: ColumnType): ArrayKind<FixedWidthValues> {
  if (type.kind === 'float') return type.bits === 32 ? Float32Array : Float64Array;
  if (type.kind !== 'integer' || type.bits === 128) return Int32Array;
  return INTEGER_ARRAYS[type.bits][type.signed ? 0 : 1];
}

const INTEGER_ARRAYS = {
  8: [Int8Array, Uint8Array],
  16: [Int16Array, Uint16Array],
  32: [Int32Array, Uint32Array],
  64: [BigInt64Array, BigUint64Array],
} as const;

function assertWithin(offsets: Int32Array, length: number): void {
  if ((offsets.at(-1) ?? 0) > length) throw new RangeError('an offset leads behind its values');
}

function inMicroseconds(values: Int32Array | BigInt64Array, unitsPerSecond: bigint): BigInt64Array {
  return BigInt64Array.from(
    values as ArrayLike<bigint | number>,
    (value: bigint | number) => (BigInt(value) * 1_000_000n) / unitsPerSecond,
  );
}
