import type { ColumnData, ColumnType } from '../../../../src/contract/column-batch.ts';
import { bothSet } from './bit-runs.ts';
import type { ColumnBuilder, ColumnLayout, Range, VectorSource } from './column-builder.ts';
import { Presence, readPresence } from './presence.ts';

/** A member of a struct. */
export interface Member {
  readonly name: string;
  readonly layout: ColumnLayout;
}

/** Structs: their members are vectors of the same length. */
export function structLayout(members: readonly Member[]): ColumnLayout {
  const type = structType(members);
  return { type, build: () => new StructColumn({ type, members, readPresence }) };
}

/**
 * Unions, as structs of a tag and one member for each alternative, of which all but one are null.
 * The tag comes first and tells which; that way an alternative that is null itself is not lost.
 */
export function unionLayout(tag: ColumnLayout, alternatives: readonly Member[]): ColumnLayout {
  const taken = alternatives.map(({ name }) => name.toLowerCase());
  let name = 'tag';
  while (taken.includes(name)) name = `_${name}`;
  const members = [{ name, layout: tag }, ...alternatives];
  const type = structType(members);
  return { type, build: () => new StructColumn({ type, members, readPresence: readUnionPresence }) };
}

function structType(members: readonly Member[]): ColumnType {
  return { kind: 'struct', fields: members.map(({ name, layout }) => ({ name, type: layout.type, nullable: true })) };
}

/** A union is null where its tag is. */
function readUnionPresence(source: VectorSource): Uint8Array | undefined {
  const { binding, vector, size } = source;
  const present = readPresence(source);
  const tagged = readPresence({ binding, vector: binding.struct_vector_get_child(vector, 0), size });
  return present !== undefined && tagged !== undefined ? bothSet(present, tagged) : (present ?? tagged);
}

interface StructParts {
  readonly type: ColumnType;
  readonly members: readonly Member[];
  readonly readPresence: (source: VectorSource) => Uint8Array | undefined;
}

class StructColumn implements ColumnBuilder {
  readonly #type: ColumnType;
  readonly #readPresence: StructParts['readPresence'];
  readonly #members: readonly ColumnBuilder[];
  readonly #presence = new Presence();

  constructor({ type, members, readPresence }: StructParts) {
    this.#type = type;
    this.#readPresence = readPresence;
    this.#members = members.map(({ layout }) => layout.build());
  }

  append(source: VectorSource, ranges: readonly Range[]): void {
    const { binding, size } = source;
    const present = this.#readPresence(source);
    this.#presence.append(present, ranges);
    this.#members.forEach((member, index) => {
      const vector = binding.struct_vector_get_child(source.vector, index);
      member.append({ binding, vector, size, ...(present && { enclosing: present }) }, ranges);
    });
  }

  finish(): ColumnData {
    const { length } = this.#presence;
    const validity = this.#presence.finish();
    const children = this.#members.map((member) => member.finish());
    return { type: this.#type, length, children, ...(validity && { validity }) };
  }
}
