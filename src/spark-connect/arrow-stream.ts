import type { ColumnBatch, ColumnData, ColumnField } from '../contract/column-batch.ts';
import { SessionError } from '../contract/session-error.ts';
import { BatchParts, bufferViews } from './arrow-buffers.ts';
import { BufferDecompressor } from './arrow-codec.ts';
import { checkColumns, toColumnData, type CheckedColumn } from './arrow-columns.ts';
import { type ArrowColumn, isAsInContract, readSchema } from './arrow-schema.ts';
import { FlatTable } from './flatbuffer-reader.ts';

/** The columns of a result. The streams of its batches repeat them. */
export interface KnownSchema {
  /** The message that they were read from. */
  readonly message: Uint8Array;
  readonly columns: readonly ArrowColumn[];
}

/** The content of one complete IPC stream. */
export interface DecodedStream {
  readonly schema: KnownSchema;
  readonly fields: readonly ColumnField[];
  readonly batches: readonly ColumnBatch[];
}

/**
 * How many rows without a single byte one stream may have: those of null columns, and of results without columns. A few
 * bytes can claim any number of them; Spark sends at most 10,000 rows with each batch by default.
 */
const MOST_EMPTY_ROWS = 2 ** 22;

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
 * Reads the bytes of one complete IPC stream. Every buffer is checked against the rows of its batch; columns are converted
 * when they are first used.
 * @param known - the schema of the result's first batch, which all others must have
 * @throws SessionError `unexpected` for bytes that are no such stream, `unsupported` for a type that cannot be read.
 */
export async function decodeArrowStream(stream: Uint8Array, known?: KnownSchema): Promise<DecodedStream> {
  try {
    const [first, ...messages] = readMessages(stream);
    if (first?.kind !== SCHEMA) throw new RangeError('there is no schema');
    const schema = toSchema(first, known);
    const { columns } = schema;
    const isInContract = columns.every(isAsInContract);
    const decompressor = new BufferDecompressor();
    let emptyRows = 0;
    const claimRows = (count: number): void => {
      emptyRows += count;
      if (emptyRows > MOST_EMPTY_ROWS) {
        throw new RangeError(`it claims ${emptyRows} rows without data, above the limit of ${MOST_EMPTY_ROWS}`);
      }
    };
    const batches: ColumnBatch[] = [];
    for (const message of messages) {
      if (message.kind !== RECORD_BATCH) throw new RangeError(`there is a message of kind ${message.kind}`);
      const { header, body, whole } = message;
      const rowCount = header.long(0);
      const codec = header.table(3)?.byte(0);
      const views = bufferViews(header, body);
      const buffers = codec === undefined ? views : await decompressor.decompress(views, codec);
      const checked = checkColumns(columns, rowCount, new BatchParts(header, buffers), claimRows);
      const isPassedOn = codec === undefined && isInContract;
      batches.push(new ArrowBatch(rowCount, checked, isPassedOn ? whole : undefined));
    }
    return { schema, fields: columns.map(({ field }) => field), batches };
  } catch (cause) {
    throw unreadable(cause);
  }
}

function toSchema({ whole, header }: Message, known: KnownSchema | undefined): KnownSchema {
  if (known !== undefined && Buffer.compare(known.message, whole) === 0) return known;
  const columns = readSchema(header);
  if (known !== undefined && typesOf(known.columns) !== typesOf(columns)) {
    throw new RangeError(`its columns are not those of the first batch`);
  }
  // A copy, which does not keep the whole stream in memory.
  return known ?? { message: whole.slice(), columns };
}

/** Names and types as a text; whether columns may be null makes no difference. */
function typesOf(columns: readonly ArrowColumn[]): string {
  return JSON.stringify(columns, (key, value: unknown) => {
    if (typeof value === 'bigint') return String(value);
    return key === 'nullable' ? undefined : value;
  });
}

function unreadable(cause: unknown): SessionError {
  if (SessionError.is(cause)) return cause;
  const what = cause instanceof Error ? cause.message : String(cause);
  const message = `A batch of the result is damaged: ${what}. Run the statement again; if this repeats, report it with the statement.`;
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

/** A batch whose columns are converted when they are first used. A getter of an object literal would keep each batch until a full garbage collection. */
class ArrowBatch implements ColumnBatch {
  readonly rowCount: number;
  readonly ipcMessage: Uint8Array | undefined;
  #checked: readonly CheckedColumn[];
  #columns: readonly ColumnData[] | undefined;

  constructor(rowCount: number, checked: readonly CheckedColumn[], ipcMessage: Uint8Array | undefined) {
    this.rowCount = rowCount;
    this.ipcMessage = ipcMessage;
    this.#checked = checked;
  }

  get columns(): readonly ColumnData[] {
    try {
      this.#columns ??= this.#checked.map(toColumnData);
    } catch (cause) {
      throw unreadable(cause);
    }
    this.#checked = [];
    return this.#columns;
  }
}
