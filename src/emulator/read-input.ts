import type { MapShape, Shape, StructureShape, TextShape, ValueOf } from './shapes.ts';

/** A request that cannot be read: a member has another type than in the model. */
export class WrongType extends Error {
  override readonly name = 'WrongType';
}

/** A request that breaks constraints; names all of them, not just the first. */
export class BrokenConstraints extends Error {
  override readonly name = 'BrokenConstraints';

  constructor(violations: readonly string[]) {
    const count = `${violations.length} validation error${violations.length === 1 ? '' : 's'} detected`;
    super(`${count}: ${violations.slice(0, 4).join('; ')}`.slice(0, 1024));
  }
}

/**
 * Reads a request by its shape, as the services do: null members count as absent, unknown members are ignored.
 *
 * @throws WrongType when a member has another type.
 * @throws BrokenConstraints when a length, range, pattern, choice or required member is violated.
 */
export function readInput<S extends Shape>(shape: S, raw: unknown): ValueOf<S> {
  const violations: string[] = [];
  const value = readValue(shape, raw, { path: '', violations });
  if (violations.length > 0) throw new BrokenConstraints(violations);
  return value as ValueOf<S>;
}

/** Where a value is in the request, and the constraints that the request breaks. */
interface Place {
  readonly path: string;
  readonly violations: string[];
}

function readValue(shape: Shape, raw: unknown, place: Place): unknown {
  switch (shape.type) {
    case 'text':
      return readText(shape, raw, place);
    case 'number':
      if (typeof raw !== 'number' || !Number.isFinite(raw)) throw wrongType(place, 'a number');
      if (shape.fraction !== true && !Number.isInteger(raw)) throw wrongType(place, 'a whole number');
      checkSize(shape, raw, 'value', place);
      return raw;
    case 'flag':
      if (typeof raw !== 'boolean') throw wrongType(place, 'a boolean');
      return raw;
    case 'moment': {
      const atMs = typeof raw === 'number' ? raw * 1000 : typeof raw === 'string' ? Date.parse(raw) : Number.NaN;
      if (Number.isNaN(atMs)) throw wrongType(place, 'a date and time');
      return atMs;
    }
    case 'document':
      return raw;
    case 'list':
      if (!Array.isArray(raw)) throw wrongType(place, 'a list');
      checkSize(shape, raw.length, 'length', place);
      return raw.map((item: unknown, index) => readValue(shape.item, item, inside(place, `${index + 1}.member`)));
    case 'map':
      return readMap(shape, raw, place);
    case 'structure':
      return readStructure(shape, raw, place);
  }
}

function readText(shape: TextShape, raw: unknown, place: Place): string {
  if (typeof raw !== 'string') throw wrongType(place, 'a string');
  checkSize(shape, Array.from(raw).length, 'length', place);
  // The services match the whole text, with or without anchors in the pattern.
  const { pattern, oneOf } = shape;
  if (pattern !== undefined && !new RegExp(`^(?:${pattern.source})$`, pattern.flags).test(raw)) {
    violate(place, `Member must satisfy regular expression pattern: ${pattern.source}`);
  }
  if (oneOf !== undefined && !oneOf.includes(raw)) {
    violate(place, `Member must satisfy enum value set: [${oneOf.join(', ')}]`);
  }
  return raw;
}

function readMap(shape: MapShape, raw: unknown, place: Place): Readonly<Record<string, unknown>> {
  const entries = Object.entries(asObject(raw, place)).filter(([, value]) => value !== null);
  checkSize(shape, entries.length, 'length', place);
  return Object.fromEntries(
    entries.map(([key, value]) => [
      readText(shape.key, key, inside(place, 'key')),
      readValue(shape.value, value, inside(place, 'value')),
    ]),
  );
}

function readStructure(shape: StructureShape, raw: unknown, place: Place): Readonly<Record<string, unknown>> {
  const given = asObject(raw, place);
  const values: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(shape.members)) {
    const at = place.path === '' ? { ...place, path: name } : inside(place, name);
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value !== undefined && value !== null) values[name] = readValue(member, value, at);
    else if (shape.required.includes(name)) violate(at, 'Member must not be null');
  }
  return values;
}

function inside({ path, violations }: Place, name: string): Place {
  return { path: `${path}.${name}`, violations };
}

function checkSize(
  { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: { readonly min?: number; readonly max?: number },
  size: number,
  what: 'length' | 'value',
  place: Place,
): void {
  if (size < min) violate(place, `Member must have ${what} greater than or equal to ${min}`);
  if (size > max) violate(place, `Member must have ${what} less than or equal to ${max}`);
}

/** Names the place and the rule, never the value, which may be a secret. */
function violate({ path, violations }: Place, rule: string): void {
  violations.push(`Value at '${path}' failed to satisfy constraint: ${rule}`);
}

function asObject(raw: unknown, place: Place): Readonly<Record<string, unknown>> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw wrongType(place, 'an object');
  return raw as Readonly<Record<string, unknown>>;
}

function wrongType({ path }: Place, expected: string): WrongType {
  return new WrongType(path === '' ? `The request must be ${expected}.` : `'${path}' must be ${expected}.`);
}
