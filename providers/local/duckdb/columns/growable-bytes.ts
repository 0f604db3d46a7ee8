import { executeError } from '../../errors.ts';

/** Appended bytes in a buffer that grows. */
export class GrowableBytes {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** @param capacity - the initial capacity, bytes. */
  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** How many bytes were appended. */
  get length(): number {
    return this.#length;
  }

  /** The whole buffer, the appended bytes first; {@link extend} may replace it. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  /** Appends `count` zero bytes for the caller to fill; returns where they begin. */
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

  /** The appended bytes, without a copy. */
  written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }
}

/** The end positions of variable-length values, after a 0 for the start of the first one. */
export class EndPositions {
  readonly #bytes = new GrowableBytes(2049 * 4);

  constructor() {
    this.#bytes.extend(4);
  }

  /** Makes room for `count` more positions; the caller writes them to `ends` from `first` on. */
  extend(count: number): { readonly ends: Int32Array; readonly first: number } {
    const first = this.#bytes.extend(count * 4) / 4;
    return { first, ends: new Int32Array(this.#bytes.bytes.buffer, 0, first + count) };
  }

  finish(): Int32Array {
    return new Int32Array(this.#bytes.bytes.buffer, 0, this.#bytes.length / 4);
  }
}

/** Positions are signed 32-bit integers. */
const MAX_BYTES = 2 ** 31 - 1;

/** Room to write values of different lengths to. */
export interface VariableWidthRoom {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly ends: Int32Array;
  readonly first: number;
}

/** Collects values of different lengths: their bytes and where each one ends. */
export class VariableWidth {
  readonly #bytes = new GrowableBytes(2048 * 16);
  readonly #ends = new EndPositions();

  /**
   * Makes room for `count` more values of `byteCount` bytes in total.
   * The caller writes the bytes to `bytes` from `at` on, and the end of each value to `ends` from `first` on.
   * @throws SessionError `unsupported` when the batch would need more bytes of this column than a position can address.
   */
  extend(count: number, byteCount: number): VariableWidthRoom {
    if (this.#bytes.length + byteCount > MAX_BYTES) {
      const message =
        'about 2000 neighbouring rows have more than 2 GiB in one column. Select parts of the long values, or fewer rows';
      throw executeError('unsupported', message);
    }
    const at = this.#bytes.extend(byteCount);
    return { at, bytes: this.#bytes.bytes, ...this.#ends.extend(count) };
  }

  /** The buffers of a column. */
  finish(): { readonly values: Uint8Array; readonly offsets: Int32Array } {
    return { values: this.#bytes.written(), offsets: this.#ends.finish() };
  }
}
