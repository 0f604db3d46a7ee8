/**
 * A table of a FlatBuffer. Fields are named by their place in the schema. A position outside of the bytes throws a RangeError.
 * @see https://flatbuffers.dev/internals/ (read 2026-11-29)
 */
export class FlatTable {
  readonly #view: DataView;
  readonly #at: number;

  private constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
  }

  static root({ buffer, byteOffset, byteLength }: Uint8Array): FlatTable {
    const view = new DataView(buffer, byteOffset, byteLength);
    return new FlatTable(view, view.getUint32(0, true));
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
    return at === undefined ? 0 : count(this.#view.getBigInt64(at, true));
  }

  text(field: number): string | undefined {
    const at = this.#target(field);
    if (at === undefined) return undefined;
    const { buffer, byteOffset } = this.#view;
    return Buffer.from(buffer, byteOffset + at + 4, this.#view.getUint32(at, true)).toString();
  }

  table(field: number): FlatTable | undefined {
    const at = this.#target(field);
    return at === undefined ? undefined : new FlatTable(this.#view, at);
  }

  /** A vector of tables. */
  tables(field: number): FlatTable[] {
    return this.#elements(field, 4, (at) => new FlatTable(this.#view, at + this.#view.getUint32(at, true)));
  }

  /** A vector of structs of two 64-bit integers each. */
  pairs(field: number): (readonly [number, number])[] {
    const long = (at: number): number => count(this.#view.getBigInt64(at, true));
    return this.#elements(field, 16, (at) => [long(at), long(at + 8)] as const);
  }

  #elements<T>(field: number, bytes: number, read: (at: number) => T): T[] {
    const at = this.#target(field);
    const elements: T[] = [];
    const length = at === undefined ? 0 : this.#view.getUint32(at, true);
    for (let index = 0; index < length; index += 1) elements.push(read((at ?? 0) + 4 + index * bytes));
    return elements;
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

function count(value: bigint): number {
  if (value < 0n || value > Number.MAX_SAFE_INTEGER) throw new RangeError(`${value} is not a length or a position`);
  return Number(value);
}
