import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** The value of one field; messages, texts and bytes are the same on the wire. */
type RawValue = bigint | number | Uint8Array;

/** A value to write: a text, bytes or a complete message, a whole number, a flag; undefined writes nothing. */
export type FieldValue = string | Uint8Array | bigint | boolean | undefined;

/** The fields of a message by number; a list for a repeated field. */
export type MessageFields = Readonly<Record<number, FieldValue | readonly FieldValue[]>>;

/**
 * A protobuf message parsed without a schema; the caller knows the field numbers.
 *
 * @see https://protobuf.dev/programming-guides/encoding/ (read 2026-11-21)
 */
export class WireMessage {
  readonly #fields = new Map<number, RawValue[]>();

  /** @throws Error when the bytes are not a message. */
  constructor(bytes: Uint8Array) {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const [number, type] = reader.tag();
      const values = this.#fields.get(number) ?? [];
      this.#fields.set(number, values);
      values.push(readValue(reader, type, number));
    }
  }

  has(number: number): boolean {
    return this.#fields.has(number);
  }

  /** The bytes of a field, or undefined; the last one counts, as in the format. */
  bytes(number: number): Uint8Array | undefined {
    const value = this.#fields.get(number)?.at(-1);
    return value instanceof Uint8Array ? value : undefined;
  }

  /** A text; empty when the field is missing. */
  text(number: number): string {
    const bytes = this.bytes(number);
    return bytes === undefined ? '' : Buffer.from(bytes).toString('utf8');
  }

  /** A signed whole number; 0 when the field is missing. */
  whole(number: number): bigint {
    const value = this.#fields.get(number)?.at(-1);
    return typeof value === 'bigint' ? BigInt.asIntN(64, value) : 0n;
  }

  /** A number with a fraction; 0 when the field is missing. */
  fraction(number: number): number {
    const value = this.#fields.get(number)?.at(-1);
    return typeof value === 'number' ? value : 0;
  }

  /** The message in a field, or undefined. */
  message(number: number): WireMessage | undefined {
    const bytes = this.bytes(number);
    return bytes === undefined ? undefined : new WireMessage(bytes);
  }

  messages(number: number): readonly WireMessage[] {
    return this.texts(number).map((bytes) => new WireMessage(bytes));
  }

  /** The values of a repeated field of texts. */
  strings(number: number): readonly string[] {
    return this.texts(number).map((bytes) => Buffer.from(bytes).toString('utf8'));
  }

  /** Like {@link strings}, as bytes. */
  texts(number: number): readonly Uint8Array[] {
    return (this.#fields.get(number) ?? []).filter((value) => value instanceof Uint8Array);
  }
}

export function encodeMessage(fields: MessageFields): Uint8Array {
  const writer = new BinaryWriter();
  for (const [number, value] of Object.entries(fields)) {
    for (const item of Array.isArray(value) ? (value as readonly FieldValue[]) : [value as FieldValue]) {
      writeField(writer, Number(number), item);
    }
  }
  return writer.finish();
}

function readValue(reader: BinaryReader, type: WireType, number: number): RawValue {
  switch (type) {
    case WireType.Varint:
      return BigInt(reader.uint64());
    case WireType.LengthDelimited:
      return reader.bytes();
    case WireType.Bit64:
      return reader.double();
    case WireType.Bit32:
      return reader.float();
    default:
      throw new Error(`Field ${number} has a wire type that no message of Spark Connect has.`);
  }
}

function writeField(writer: BinaryWriter, number: number, value: FieldValue): void {
  if (value === undefined) return;
  if (typeof value === 'string') writer.tag(number, WireType.LengthDelimited).string(value);
  else if (typeof value === 'boolean') writer.tag(number, WireType.Varint).bool(value);
  else if (typeof value === 'bigint') writer.tag(number, WireType.Varint).int64(value);
  else writer.tag(number, WireType.LengthDelimited).bytes(value);
}
