/** Bytes that are written one after another, with room that grows as needed. */
export class GrowableBytes {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** @param capacity - how many bytes there is room for at first. */
  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** How many bytes were written. */
  get length(): number {
    return this.#length;
  }

  /** All the room there is, the written bytes first; another one after {@link extend}. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  /** Makes `count` more bytes part of what is written, zero until the caller fills them; returns where they begin. */
  extend(count: number): number {
    const at = this.#length;
    const length = at + count;
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(length, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
    }
    this.#length = length;
    return at;
  }

  /** The written bytes, without a copy. */
  written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }
}
