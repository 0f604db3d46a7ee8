/** A whole number in 1, 2, 4 or 8 bytes. */
export interface FlatNumber {
  readonly bytes: 1 | 2 | 4 | 8;
  readonly value: number;
}

/** The fields of a table in the order of its schema; `undefined` where a field is absent. */
export type FlatTable = readonly (FlatNumber | string | FlatTable | FlatVector | undefined)[];

/** A vector of tables, or of structs that hold two 64-bit integers each. */
export type FlatVector = { readonly tables: readonly FlatTable[] } | { readonly pairs: readonly FlatPair[] };

/** A struct of two 64-bit integers. */
export type FlatPair = readonly [number, number];

/** Numbers of each width. */
export const flat = {
  byte: (value: number): FlatNumber => ({ bytes: 1, value }),
  short: (value: number): FlatNumber => ({ bytes: 2, value }),
  int: (value: number): FlatNumber => ({ bytes: 4, value }),
  long: (value: number): FlatNumber => ({ bytes: 8, value }),
};

/**
 * Writes a FlatBuffer, padded to a multiple of eight bytes. A parent stands before its children, as offsets point forward.
 * @see https://flatbuffers.dev/internals/ (read 2026-11-29)
 */
export function writeFlatBuffer(root: FlatTable): Uint8Array {
  return new FlatBufferWriter().write(root);
}

class FlatBufferWriter {
  #view = new DataView(new ArrayBuffer(1024));
  #end = 0;

  write(root: FlatTable): Uint8Array {
    this.#link(this.#reserve(4, 4), root);
    return new Uint8Array(this.#view.buffer, 0, this.#reserve(0, 8));
  }

  /** Appends a child and points to it from the four bytes at `from`. */
  #link(from: number, child: string | FlatTable | FlatVector): void {
    const at = this.#append(child);
    this.#view.setUint32(from, at - from, true);
  }

  #append(child: string | FlatTable | FlatVector): number {
    if (typeof child === 'string') return this.#appendString(child);
    if ('tables' in child) return this.#appendTables(child.tables);
    if ('pairs' in child) return this.#appendPairs(child.pairs);
    return this.#appendTable(child);
  }

  #appendTable(fields: FlatTable): number {
    let size = 4;
    const places = fields.map((field) => {
      if (field === undefined) return 0;
      const width = isNumber(field) ? field.bytes : 4;
      const place = alignUp(size, width);
      size = place + width;
      return place;
    });
    const vtable = this.#reserve(4 + 2 * fields.length, 2);
    const table = this.#reserve(size, 8);
    this.#view.setInt32(table, table - vtable, true);
    [4 + 2 * fields.length, size, ...places].forEach((word, at) => {
      this.#view.setUint16(vtable + 2 * at, word, true);
    });
    fields.forEach((field, index) => {
      const at = table + (places[index] ?? 0);
      if (field === undefined) return;
      if (isNumber(field)) this.#setNumber(at, field);
      else this.#link(at, field);
    });
    return table;
  }

  #appendString(text: string): number {
    const bytes = new TextEncoder().encode(text);
    const at = this.#reserve(4 + bytes.length + 1, 4);
    this.#view.setUint32(at, bytes.length, true);
    new Uint8Array(this.#view.buffer).set(bytes, at + 4);
    return at;
  }

  #appendTables(tables: readonly FlatTable[]): number {
    const at = this.#reserve(4 + 4 * tables.length, 4);
    this.#view.setUint32(at, tables.length, true);
    tables.forEach((table, index) => {
      this.#link(at + 4 + 4 * index, table);
    });
    return at;
  }

  #appendPairs(pairs: readonly FlatPair[]): number {
    // The pairs are aligned, and the count before them takes four bytes.
    const at = this.#reserve(4 + 16 * pairs.length, 8, 4);
    this.#view.setUint32(at, pairs.length, true);
    pairs.flat().forEach((value, index) => {
      this.#setNumber(at + 4 + 8 * index, flat.long(value));
    });
    return at;
  }

  #setNumber(at: number, { bytes, value }: FlatNumber): void {
    if (bytes === 1) this.#view.setUint8(at, value);
    else if (bytes === 2) this.#view.setInt16(at, value, true);
    else if (bytes === 4) this.#view.setInt32(at, value, true);
    else this.#view.setBigInt64(at, BigInt(value), true);
  }

  /** Reserves zeroed bytes such that what follows the first `header` of them is aligned; gives their position. */
  #reserve(size: number, alignment: number, header = 0): number {
    const at = alignUp(this.#end + header, alignment) - header;
    this.#end = at + size;
    while (this.#end > this.#view.byteLength) {
      const grown = new Uint8Array(this.#view.byteLength * 2);
      grown.set(new Uint8Array(this.#view.buffer));
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }
}

function isNumber(field: NonNullable<FlatTable[number]>): field is FlatNumber {
  return typeof field === 'object' && 'bytes' in field;
}

/** The next multiple of `alignment`. */
export function alignUp(position: number, alignment: number): number {
  return Math.ceil(position / alignment) * alignment;
}
