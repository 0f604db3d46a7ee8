import { SessionError } from '../../../../src/contract/session-error.ts';
import { GrowableBytes } from './growable-bytes.ts';

/** Positions are 32 bits wide with a sign. */
const MOST_BYTES = 2 ** 31 - 1;

/** Gathers values of different lengths: their bytes one after another, and where each ends. */
export class VariableWidth {
  readonly #bytes = new GrowableBytes(2048 * 16);
  readonly #ends = new GrowableBytes(2049 * 4);

  constructor() {
    // The first value begins at 0.
    this.#ends.extend(4);
  }

  /** How many values were gathered. */
  get length(): number {
    return this.#ends.length / 4 - 1;
  }

  /**
   * Makes room for `count` more values of `byteCount` bytes together.
   * The caller writes the bytes to `bytes` from `at` on, and to `ends` from `first` on where each value ends.
   * @throws SessionError `unsupported` when one batch would hold more bytes of this column than positions can tell.
   */
  extend(count: number, byteCount: number): VariableWidthRoom {
    if (this.#bytes.length + byteCount > MOST_BYTES) {
      throw new SessionError(
        'unsupported',
        'some 2000 neighbouring rows hold more than 2 GiB of one column together; select parts of the long values, or fewer rows',
        { operation: 'execute' },
      );
    }
    const first = this.length + 1;
    this.#ends.extend(count * 4);
    const at = this.#bytes.extend(byteCount);
    return { at, bytes: this.#bytes.bytes, first, ends: new Int32Array(this.#ends.bytes.buffer, 0, first + count) };
  }

  /** The buffers of a column. */
  finish(): { readonly values: Uint8Array; readonly offsets: Int32Array } {
    return { values: this.#bytes.written(), offsets: new Int32Array(this.#ends.bytes.buffer, 0, this.length + 1) };
  }
}

/** Room to write values of different lengths to. */
export interface VariableWidthRoom {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly ends: Int32Array;
  readonly first: number;
}
