import type { ColumnData, ColumnType } from '../../../../src/contract/column-batch.ts';
import type { Vector } from '../binding.ts';
import { hasBit } from './bit-runs.ts';
import type { ColumnBuilder, ColumnLayout, Range, VectorSource } from './column-builder.ts';
import { GrowableBytes } from './growable-bytes.ts';
import { Presence, readPresence } from './presence.ts';

/** Where the items of a vector's lists are. */
interface Items {
  readonly vector: Vector;
  readonly size: number;
  startAt(index: number): number;
  countAt(index: number): number;
}

/** Lists of any length: each entry tells where its items begin and how many they are. */
export function listLayout(item: ColumnLayout): ColumnLayout {
  const type: ColumnType = { kind: 'list', item: { name: 'item', type: item.type, nullable: true } };
  return { type, build: () => new ListColumn({ type, items: item.build(), open: openList }) };
}

/** Arrays of one length, as lists. */
export function arrayLayout(item: ColumnLayout, length: number): ColumnLayout {
  const type: ColumnType = { kind: 'list', item: { name: 'item', type: item.type, nullable: true } };
  const open = (source: VectorSource): Items => ({
    vector: source.binding.array_vector_get_child(source.vector),
    size: source.size * length,
    startAt: (index) => index * length,
    countAt: () => length,
  });
  return { type, build: () => new ListColumn({ type, items: item.build(), open }) };
}

/** Maps: lists of entries that are structs of a key and a value. */
export function mapLayout(entry: ColumnLayout): ColumnLayout {
  if (entry.type.kind !== 'struct') throw new TypeError('the entries of a map are structs');
  const [key, value] = entry.type.fields;
  if (key === undefined || value === undefined) throw new TypeError('the entries of a map have a key and a value');
  const type: ColumnType = { kind: 'map', key: { ...key, nullable: false }, value };
  return { type, build: () => new ListColumn({ type, items: entry.build(), open: openList }) };
}

function openList({ binding, vector, size }: VectorSource): Items {
  const { buffer, byteOffset } = binding.vector_get_data(vector, size * 16);
  // Both are words of 64 bits; no vector has 2^32 items, so the lower halves are all of them.
  const words = new Uint32Array(buffer, byteOffset, size * 4);
  return {
    vector: binding.list_vector_get_child(vector),
    size: binding.list_vector_get_size(vector),
    startAt: (index) => words[index * 4] ?? 0,
    countAt: (index) => words[index * 4 + 2] ?? 0,
  };
}

class ListColumn implements ColumnBuilder {
  readonly #type: ColumnType;
  readonly #items: ColumnBuilder;
  readonly #open: (source: VectorSource) => Items;
  readonly #presence = new Presence();
  readonly #ends = new GrowableBytes(2049 * 4);
  #itemCount = 0;

  constructor(parts: { type: ColumnType; items: ColumnBuilder; open: (source: VectorSource) => Items }) {
    this.#type = parts.type;
    this.#items = parts.items;
    this.#open = parts.open;
    // The first list begins at 0.
    this.#ends.extend(4);
  }

  append(source: VectorSource, ranges: readonly Range[]): void {
    const items = this.#open(source);
    const present = readPresence(source);
    const itemRanges = new RangeList();
    for (const { start, count } of ranges) {
      const first = this.#ends.extend(count * 4) / 4;
      const ends = new Int32Array(this.#ends.bytes.buffer, 0, first + count);
      for (let index = start; index < start + count; index += 1) {
        // The entry of a missing list may hold anything.
        if (present === undefined || hasBit(present, index)) {
          itemRanges.add(items.startAt(index), items.countAt(index));
          this.#itemCount += items.countAt(index);
        }
        ends[first + index - start] = this.#itemCount;
      }
    }
    this.#presence.append(present, ranges);
    this.#items.append({ binding: source.binding, vector: items.vector, size: items.size }, itemRanges.ranges);
  }

  finish(): ColumnData {
    const { length } = this.#presence;
    const validity = this.#presence.finish();
    const items = this.#items.finish();
    const children = this.#type.kind === 'map' ? items.children : [items];
    const offsets = new Int32Array(this.#ends.bytes.buffer, 0, length + 1);
    return { type: this.#type, length, offsets, ...(children && { children }), ...(validity && { validity }) };
  }
}

/** Ranges in the order of adding; one that goes on where the last one ends becomes a part of it. */
class RangeList {
  readonly ranges: { start: number; count: number }[] = [];

  add(start: number, count: number): void {
    const last = this.ranges.at(-1);
    if (last !== undefined && last.start + last.count === start) last.count += count;
    else if (count > 0) this.ranges.push({ start, count });
  }
}
