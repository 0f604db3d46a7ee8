import type { ColumnData } from '../../../../src/contract/column-batch.ts';
import { hasBit } from './bit-runs.ts';
import type { ColumnBuilder, ColumnLayout, Range, VectorSource } from './column-builder.ts';
import { Presence, readPresence } from './presence.ts';
import { VariableWidth } from './variable-width.ts';

/** Opens a vector and gives the UTF-8 bytes of a present value's spelling. */
export type Formatter = (source: VectorSource, present: Uint8Array | undefined) => (index: number) => Uint8Array;

/** Values that have no form of their own in Arrow, as text: written as DuckDB's cast to VARCHAR writes them. */
export function formattedLayout(formatter: Formatter): ColumnLayout {
  return { type: { kind: 'text' }, build: () => new FormattedColumn(formatter) };
}

const NO_BYTES = new Uint8Array();

class FormattedColumn implements ColumnBuilder {
  readonly #formatter: Formatter;
  readonly #presence = new Presence();
  readonly #texts = new VariableWidth();

  constructor(formatter: Formatter) {
    this.#formatter = formatter;
  }

  append(source: VectorSource, ranges: readonly Range[]): void {
    const present = readPresence(source);
    this.#presence.append(present, ranges);
    const format = this.#formatter(source, present);
    for (const { start, count } of ranges) {
      for (let index = start; index < start + count; index += 1) {
        const text = present === undefined || hasBit(present, index) ? format(index) : NO_BYTES;
        const { bytes, at, ends, first } = this.#texts.extend(1, text.length);
        bytes.set(text, at);
        ends[first] = at + text.length;
      }
    }
  }

  finish(): ColumnData {
    const { length } = this.#presence;
    const validity = this.#presence.finish();
    return { type: { kind: 'text' }, length, ...this.#texts.finish(), ...(validity && { validity }) };
  }
}
