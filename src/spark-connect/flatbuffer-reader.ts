/** The fewest bytes of a table in a vector: its entry, and a table of three fields. */
const TABLE_BYTES = 16;

/** How often the bytes of a FlatBuffer may be read. Writers may let fields share a text. */
const MOST_READS = 4;

/**
 * A table of a FlatBuffer. Fields are named by their place in the schema. A position outside of the bytes throws a
 * RangeError, and so do tables that share their bytes so often that reading them all would not end.
 * @see https://flatbuffers.dev/internals/ (read 2026-11-29)
 */
export class FlatTable {
  readonly #view: DataView;
  readonly #at: number;
  readonly #unread: { bytes: number };

  private constructor(view: DataView, at: number, unread: { bytes: number }) {
    this.#view = view;
    this.#at = at;
    this.#unread = unread;
  }

  static root({ buffer, byteOffset, byteLength }: Uint8Array): FlatTable {
    const view = new DataView(buffer, byteOffset, byteLength);
    return new FlatTable(view, view.getUint32(0, true), { bytes: byteLength * MOST_READS });
  }

  /** A byte or a boolean. */
  byte(field: number, absent = 0): number {
    const at = this.#place(field);
    return at === undefined ? absent : this.#view.getUint8(at);
  }

  short(field: number, absent = 0): number {
    const at = this.#place(field);
    return at === undefined ? absent : this.#view.getInt16(at, true);
  }

  int(field: number, absent = 0): number {
    const at = this.#place(field);
    return at === undefined ? absent : this.#view.getInt32(at, true);
  }

  /** A count or a position. */
  long(field: number): number {
    const at = this.#place(field);
    return at === undefined ? 0 : this.#long(at);
  }

  text(field: number): string | undefined {
    const at = this.#target(field);
    if (at === undefined) return undefined;
    const { buffer, byteOffset, byteLength } = this.#view;
    const length = this.#view.getUint32(at, true);
    if (at + 4 + length > byteLength) throw new RangeError('a text ends behind its message');
    this.#spend(length);
    return Buffer.from(buffer, byteOffset + at + 4, length).toString();
  }

  table(field: number): FlatTable | undefined {
    const at = this.#target(field);
    return at === undefined ? undefined : this.#tableAt(at);
  }

  /** A vector of tables. */
  tables(field: number): FlatTable[] {
    return this.#elements(field, 4, (at) => this.#tableAt(at + this.#view.getUint32(at, true)));
  }

  /** A vector of structs of two 64-bit integers each. */
  pairs(field: number): (readonly [number, number])[] {
    return this.#elements(field, 16, (at) => [this.#long(at), this.#long(at + 8)] as const);
  }

  #elements<T>(field: number, bytes: number, read: (at: number) => T): T[] {
    const at = this.#target(field);
    const elements: T[] = [];
    const length = at === undefined ? 0 : this.#view.getUint32(at, true);
    this.#spend(length * TABLE_BYTES);
    for (let index = 0; index < length; index += 1) elements.push(read((at ?? 0) + 4 + index * bytes));
    return elements;
  }

  #tableAt(at: number): FlatTable {
    return new FlatTable(this.#view, at, this.#unread);
  }

  #spend(bytes: number): void {
    this.#unread.bytes -= bytes;
    if (this.#unread.bytes < 0) throw new RangeError('its metadata is longer than its message');
  }

  /** Two halves are read faster than a bigint. */
  #long(at: number): number {
    const high = this.#view.getInt32(at + 4, true);
    if (high < 0 || high >= 2 ** 21) throw new RangeError('a length or a position is out of range');
    return high * 2 ** 32 + this.#view.getUint32(at, true);
  }

  /** Where an offset leads. */
  #target(field: number): number | undefined {
    const at = this.#place(field);
    return at === undefined ? undefined : at + this.#view.getUint32(at, true);
  }

  #place(field: number): number | undefined {
    const vtable = this.#at - this.#view.getInt32(this.#at, true);
    const entry = 4 + 2 * field;
    const offset = entry < this.#view.getUint16(vtable, true) ? this.#view.getUint16(vtable + entry, true) : 0;
    return offset === 0 ? undefined : this.#at + offset;
  }
}
