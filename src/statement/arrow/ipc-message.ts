import { alignUp, flat, type FlatTable, writeFlatBuffer } from './flatbuffer-writer.ts';

/** The kinds of messages that are written. @see https://github.com/apache/arrow/blob/main/format/Message.fbs (read 2026-11-29) */
export const HEADER = { schema: 1, recordBatch: 3 } as const;

const METADATA_VERSION_5 = 4;

/** Ends an IPC stream. */
export const END_OF_STREAM = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0);

/**
 * One encapsulated IPC message: a marker, the length of the metadata, the metadata, and the buffers of the body, each
 * padded to eight bytes.
 * @see https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format (read 2026-11-29)
 */
export function ipcMessage(headerType: number, header: FlatTable, body: readonly Uint8Array[] = []): Uint8Array {
  const bodyLength = body.reduce((sum, { byteLength }) => sum + alignUp(byteLength, 8), 0);
  const metadata = writeFlatBuffer([
    flat.short(METADATA_VERSION_5),
    flat.byte(headerType),
    header,
    flat.long(bodyLength),
  ]);
  const message = new Uint8Array(8 + metadata.length + bodyLength);
  new DataView(message.buffer).setInt32(0, -1, true);
  new DataView(message.buffer).setInt32(4, metadata.length, true);
  message.set(metadata, 8);
  let at = 8 + metadata.length;
  for (const buffer of body) {
    message.set(buffer, at);
    at += alignUp(buffer.byteLength, 8);
  }
  return message;
}
