import type { ColumnData, ColumnField, ColumnType } from '../../../../src/contract/column-batch.ts';
import type { Vector } from '../binding.ts';
import { bothSet, hasBit } from './bit-runs.ts';
import { type BufferBuilder, type ColumnLayout, layoutOf, readPresence, type VectorSource } from './column-builder.ts';
import { EndPositions } from './growable-bytes.ts';

/** A member of a struct. */
export interface Member {
  readonly name: string;
  readonly layout: ColumnLayout;
}

/** Where the items of a vector's lists are. */
interface Items {
  readonly vector: Vector;
  readonly size: number;
  startAt(index: number): number;
  countAt(index: number): number;
}

/** Structs: their members are vectors of the same length. */
export function structLayout(members: readonly Member[], readValidity = readPresence): ColumnLayout {
  return layoutOf({ kind: 'struct', fields: members.map(toField) }, () => structBuilder(members), readValidity);
}

/**
 * Unions, as structs of a tag and one member per alternative, of which all but one are null.
 * The tag comes first and names that one, so that a null alternative differs from a null union.
 */
export function unionLayout(tag: ColumnLayout, alternatives: readonly Member[]): ColumnLayout {
  const taken = alternatives.map(({ name }) => name.toLowerCase());
  let name = 'tag';
  while (taken.includes(name)) name = `_${name}`;
  return structLayout([{ name, layout: tag }, ...alternatives], readUnionPresence);
}

/** Lists of any length: each entry holds the position of its first item and their number. */
export function listLayout(item: ColumnLayout): ColumnLayout {
  return layoutOf(listType(item), () => listBuilder(item, openList));
}

/** Arrays of one length, as lists. */
export function arrayLayout(item: ColumnLayout, length: number): ColumnLayout {
  const open = ({ binding, vector, size }: VectorSource): Items => ({
    vector: binding.array_vector_get_child(vector),
    size: size * length,
    startAt: (index) => index * length,
    countAt: () => length,
  });
  return layoutOf(listType(item), () => listBuilder(item, open));
}

/** Maps: lists of entries that are structs of a key and a value. */
export function mapLayout(key: ColumnLayout, value: ColumnLayout): ColumnLayout {
  const members = [
    { name: 'key', layout: key },
    { name: 'value', layout: value },
  ] as const;
  const entry = structLayout(members);
  const type: ColumnType = {
    kind: 'map',
    key: { ...toField(members[0]), nullable: false },
    value: toField(members[1]),
  };
  return layoutOf(type, () => listBuilder(entry, openList, ({ children = [] }) => children));
}

function toField({ name, layout: { type } }: Member): ColumnField {
  return { name, type, nullable: true };
}

function listType(layout: ColumnLayout): ColumnType {
  return { kind: 'list', item: toField({ name: 'item', layout }) };
}

/** A union is null where its tag is null. */
function readUnionPresence(source: VectorSource): Uint8Array | undefined {
  const { binding, vector, size } = source;
  const present = readPresence(source);
  const tagged = readPresence({ binding, vector: binding.struct_vector_get_child(vector, 0), size });
  return present !== undefined && tagged !== undefined ? bothSet(present, tagged) : (present ?? tagged);
}

function structBuilder(members: readonly Member[]): BufferBuilder {
  const columns = members.map(({ layout }) => layout.build());
  return {
    append: ({ binding, vector, size }, ranges, present) => {
      columns.forEach((column, index) => {
        const member = binding.struct_vector_get_child(vector, index);
        column.append({ binding, vector: member, size, ...(present && { enclosing: present }) }, ranges);
      });
    },
    finish: () => ({ children: columns.map((column) => column.finish()) }),
  };
}

function openList({ binding, vector, size }: VectorSource): Items {
  const { buffer, byteOffset } = binding.vector_get_data(vector, size * 16);
  // Position and number are 64-bit words. No vector has 2^32 items, so the lower halves are enough.
  const words = new Uint32Array(buffer, byteOffset, size * 4);
  return {
    vector: binding.list_vector_get_child(vector),
    size: binding.list_vector_get_size(vector),
    startAt: (index) => words[index * 4] ?? 0,
    countAt: (index) => words[index * 4 + 2] ?? 0,
  };
}

function listBuilder(
  item: ColumnLayout,
  open: (source: VectorSource) => Items,
  childrenOf = (column: ColumnData): readonly ColumnData[] => [column],
): BufferBuilder {
  const items = item.build();
  const positions = new EndPositions();
  let itemCount = 0;
  return {
    append: (source, ranges, present) => {
      const list = open(source);
      /** Adjacent ranges are merged. */
      const itemRanges: { start: number; count: number }[] = [];
      for (const { start, count } of ranges) {
        const { ends, first } = positions.extend(count);
        for (let index = start; index < start + count; index += 1) {
          // The entry of a null list is undefined.
          const added = present === undefined || hasBit(present, index) ? list.countAt(index) : 0;
          const itemsAt = list.startAt(index);
          const last = itemRanges.at(-1);
          if (last !== undefined && last.start + last.count === itemsAt) last.count += added;
          else if (added > 0) itemRanges.push({ start: itemsAt, count: added });
          itemCount += added;
          ends[first + index - start] = itemCount;
        }
      }
      items.append({ binding: source.binding, vector: list.vector, size: list.size }, itemRanges);
    },
    finish: () => ({ offsets: positions.finish(), children: childrenOf(items.finish()) }),
  };
}
