import type { FixedWidthValues } from '../contract/column-batch.ts';
import type { FlatTable } from './flatbuffer-reader.ts';

/** Makes an array of a kind over a part of a buffer. */
export interface ArrayKind<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

/** Decompresses one buffer into `size` bytes. */
export type Decompress = (bytes: Uint8Array, size: number) => Uint8Array;

/** An Arrow buffer cannot be larger with offsets of 32 bits. */
const MOST_BYTES = 2 ** 31 - 1;

/** The lengths and buffers of a record batch, in the order of its columns. */
export class ArrowBuffers {
  readonly #body: Uint8Array;
  readonly #nodes: Iterator<readonly [number, number]>;
  readonly #places: Iterator<readonly [number, number]>;
  readonly #decompress: Decompress | undefined;

  constructor(batch: FlatTable, body: Uint8Array, decompress?: Decompress) {
    this.#nodes = batch.pairs(1).values();
    this.#places = batch.pairs(2).values();
    this.#body = body;
    this.#decompress = decompress;
  }

  /** The next column's length and count of nulls. */
  node(): readonly [length: number, nulls: number] {
    return next(this.#nodes);
  }

  /** The next buffer, all of it. */
  bytes(): Uint8Array {
    const [start, length] = next(this.#places);
    if (start + length > this.#body.length) throw new RangeError('a buffer ends behind its message');
    const bytes = this.#body.subarray(start, start + length);
    return this.#decompress === undefined || length === 0 ? bytes : this.#decompressed(bytes, this.#decompress);
  }

  /** The next buffer's first elements: its own memory, unless it is not aligned for them. */
  array<T extends FixedWidthValues>(kind: ArrayKind<T>, length: number): T {
    const { BYTES_PER_ELEMENT } = kind;
    const used = this.bytes().subarray(0, length * BYTES_PER_ELEMENT);
    const { buffer, byteOffset } = used.byteOffset % BYTES_PER_ELEMENT === 0 ? used : new Uint8Array(used);
    if (used.length < length * BYTES_PER_ELEMENT) throw new RangeError('a buffer is too short for its column');
    return new kind(buffer, byteOffset, length);
  }

  /** Compressed bytes begin with their size, or with -1 where they are stored as they are. */
  #decompressed(bytes: Uint8Array, decompress: Decompress): Uint8Array {
    const size = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0, true);
    const data = bytes.subarray(8);
    if (size === -1n) return data;
    if (size < 0n || size > MOST_BYTES) throw new RangeError(`a buffer claims ${size} bytes`);
    const plain = decompress(data, Number(size));
    if (plain.length !== Number(size)) throw new RangeError('a buffer does not decompress to its size');
    return plain;
  }
}

function next<T>(items: Iterator<T>): T {
  const item = items.next();
  if (item.done === true) throw new RangeError('a column has no buffers');
  return item.value;
}
