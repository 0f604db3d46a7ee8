import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** The values of some fields of a message, by number; all of them texts, bytes or messages. */
export type Fields = ReadonlyMap<number, readonly Uint8Array[]>;

/**
 * Reads fields of the outermost message. Everything else is skipped and not copied: a plan or a batch has many megabytes.
 * @throws Error when the bytes are not a message.
 */
export function readFields(bytes: Uint8Array, wanted: readonly number[]): Fields {
  const found = new Map<number, Uint8Array[]>();
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (type !== WireType.LengthDelimited || !wanted.includes(number)) {
      reader.skip(type, number);
      continue;
    }
    const values = found.get(number) ?? [];
    values.push(reader.bytes());
    found.set(number, values);
  }
  return found;
}

/** The last value of a field, which is the one that counts. */
export function lastText(fields: Fields, number: number): string | undefined {
  const value = fields.get(number)?.at(-1);
  return value === undefined ? undefined : Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString();
}

/** The bytes of fields; `undefined` writes nothing. */
export function writeFields(fields: Readonly<Record<number, string | Uint8Array | undefined>>): Uint8Array {
  const writer = new BinaryWriter();
  for (const [number, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    writer.tag(Number(number), WireType.LengthDelimited);
    if (typeof value === 'string') writer.string(value);
    else writer.bytes(value);
  }
  return writer.finish();
}

/**
 * A message with further fields behind it. The last value of a field counts, and messages are merged, so that the message need
 * not be parsed and nothing in it is lost.
 * @see https://protobuf.dev/programming-guides/encoding/#last-one-wins (read 2026-11-30)
 */
export function withFields(bytes: Uint8Array, fields: Parameters<typeof writeFields>[0]): Uint8Array {
  return Buffer.concat([bytes, writeFields(fields)]);
}
