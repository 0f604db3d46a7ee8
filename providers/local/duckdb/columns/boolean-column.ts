import type { ColumnData } from '../../../../src/contract/column-batch.ts';
import { setBit } from './bit-runs.ts';
import type { ColumnBuilder, ColumnLayout, Range, VectorSource } from './column-builder.ts';
import { GrowableBytes } from './growable-bytes.ts';
import { Presence, readPresence } from './presence.ts';

/** Booleans: a byte each in DuckDB, a bit each here. */
export const booleanLayout: ColumnLayout = { type: { kind: 'boolean' }, build: () => new BooleanColumn() };

class BooleanColumn implements ColumnBuilder {
  readonly #presence = new Presence();
  readonly #bits = new GrowableBytes();

  append(source: VectorSource, ranges: readonly Range[]): void {
    const flags = source.binding.vector_get_data(source.vector, source.size);
    let at = this.#presence.length;
    this.#presence.append(readPresence(source), ranges);
    this.#bits.extend(Math.ceil(this.#presence.length / 8) - this.#bits.length);
    const bits = this.#bits.bytes;
    for (const { start, count } of ranges) {
      for (let index = start; index < start + count; index += 1, at += 1) if (flags[index] === 1) setBit(bits, at);
    }
  }

  finish(): ColumnData {
    const validity = this.#presence.finish();
    const { length } = this.#presence;
    return { ...booleanLayout, length, values: this.#bits.written(), ...(validity && { validity }) };
  }
}
