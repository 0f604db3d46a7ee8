import type { ColumnData } from '../../../../src/contract/column-batch.ts';
import type { ColumnBuilder, ColumnLayout, Range, VectorSource } from './column-builder.ts';
import { Presence, readPresence } from './presence.ts';
import { StringVector } from './string-vector.ts';
import { VariableWidth } from './variable-width.ts';

/** Text: UTF-8 on both sides, never decoded on the way. */
export const textLayout: ColumnLayout = { type: { kind: 'text' }, build: () => new StringColumn('text') };

/** Bytes. */
export const binaryLayout: ColumnLayout = { type: { kind: 'binary' }, build: () => new StringColumn('binary') };

class StringColumn implements ColumnBuilder {
  readonly #kind: 'text' | 'binary';
  readonly #presence = new Presence();
  readonly #strings = new VariableWidth();

  constructor(kind: 'text' | 'binary') {
    this.#kind = kind;
  }

  append(source: VectorSource, ranges: readonly Range[]): void {
    const present = readPresence(source);
    this.#presence.append(present, ranges);
    const strings = new StringVector(source, present);
    for (const range of ranges) strings.copy(range, this.#strings);
  }

  finish(): ColumnData {
    const { length } = this.#presence;
    const validity = this.#presence.finish();
    return { type: { kind: this.#kind }, length, ...this.#strings.finish(), ...(validity && { validity }) };
  }
}
