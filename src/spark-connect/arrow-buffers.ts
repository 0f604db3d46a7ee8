import type { FixedWidthValues } from '../contract/column-batch.ts';
import type { FlatTable } from './flatbuffer-reader.ts';

/** Makes an array of a kind over a part of a buffer. */
export interface ArrayKind<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

/** The buffers of a record batch within the body of its message, in their order. */
export function bufferViews(batch: FlatTable, body: Uint8Array): Uint8Array[] {
  let end = 0;
  return batch.pairs(2).map(([start, length]) => {
    if (length === 0) return body.subarray(0, 0);
    // Buffers that share their bytes could make a small message endless.
    if (start < end || start + length > body.length) {
      throw new RangeError(`a buffer at ${start} to ${start + length} of a body of ${body.length} bytes`);
    }
    end = start + length;
    return body.subarray(start, end);
  });
}

/** The bytes as an array of a kind: their own memory, unless it is not aligned. */
export function alignedArray<T extends FixedWidthValues>(kind: ArrayKind<T>, bytes: Uint8Array): T {
  const { buffer, byteOffset } = bytes.byteOffset % kind.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes);
  return new kind(buffer, byteOffset, Math.floor(bytes.length / kind.BYTES_PER_ELEMENT));
}

/** Gives the lengths and buffers of a record batch one by one. */
export class BatchParts {
  readonly #nodes: Iterator<readonly [number, number]>;
  readonly #buffers: Iterator<Uint8Array>;

  constructor(batch: FlatTable, buffers: readonly Uint8Array[]) {
    this.#nodes = batch.pairs(1).values();
    this.#buffers = buffers.values();
  }

  /** The next column's length and count of nulls. */
  node(): readonly [length: number, nulls: number] {
    return next(this.#nodes);
  }

  /** The next buffer. */
  buffer(): Uint8Array {
    return next(this.#buffers);
  }
}

function next<T>(items: Iterator<T>): T {
  const item = items.next();
  if (item.done === true) throw new RangeError('a column has no buffers');
  return item.value;
}
