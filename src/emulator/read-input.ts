import type { ListShape, MapShape, NumberShape, Shape, StructureShape, TextShape, ValueOf } from './shapes.ts';

/** A request that cannot be read at all: a member has another type than the model says. */
export class WrongType extends Error {
  override readonly name = 'WrongType';
}

/** A request that can be read and breaks constraints: all of them, not just the first. */
export class BrokenConstraints extends Error {
  override readonly name = 'BrokenConstraints';

  constructor(violations: readonly string[]) {
    const count = `${violations.length} validation error${violations.length === 1 ? '' : 's'} detected`;
    super(`${count}: ${violations.slice(0, 4).join('; ')}`.slice(0, 1024));
  }
}

/**
 * Reads a request by its shape, as the services do: members that are null count as absent, members nobody knows are ignored.
 *
 * @throws WrongType when a member has another type.
 * @throws BrokenConstraints when lengths, ranges, patterns, choices or required members are not kept.
 */
export function readInput<S extends Shape>(shape: S, raw: unknown): ValueOf<S> {
  const violations: string[] = [];
  const value = readValue(shape, raw, '', violations);
  if (violations.length > 0) throw new BrokenConstraints(violations);
  return value as ValueOf<S>;
}

function readValue(shape: Shape, raw: unknown, path: string, violations: string[]): unknown {
  switch (shape.type) {
    case 'text':
      return readText(shape, raw, path, violations);
    case 'number':
      return readNumber(shape, raw, path, violations);
    case 'flag':
      if (typeof raw !== 'boolean') throw wrongType(path, 'a boolean');
      return raw;
    case 'moment':
      return readMoment(raw, path);
    case 'document':
      return raw;
    case 'list':
      return readList(shape, raw, path, violations);
    case 'map':
      return readMap(shape, raw, path, violations);
    case 'structure':
      return readStructure(shape, raw, path, violations);
  }
}

function readText(shape: TextShape, raw: unknown, path: string, violations: string[]): string {
  if (typeof raw !== 'string') throw wrongType(path, 'a string');
  checkSize({ shape, size: Array.from(raw).length, what: 'length', path, violations });
  if (shape.pattern !== undefined && !matchesWholly(shape.pattern, raw)) {
    violations.push(violation(path, `Member must satisfy regular expression pattern: ${shape.pattern.source}`));
  }
  if (shape.oneOf !== undefined && !shape.oneOf.includes(raw)) {
    violations.push(violation(path, `Member must satisfy enum value set: [${shape.oneOf.join(', ')}]`));
  }
  return raw;
}

function readNumber(shape: NumberShape, raw: unknown, path: string, violations: string[]): number {
  if (typeof raw !== 'number' || !Number.isFinite(raw)) throw wrongType(path, 'a number');
  if (shape.fraction !== true && !Number.isInteger(raw)) throw wrongType(path, 'a whole number');
  checkSize({ shape, size: raw, what: 'value', path, violations });
  return raw;
}

function readMoment(raw: unknown, path: string): number {
  const atMs = typeof raw === 'number' ? raw * 1000 : typeof raw === 'string' ? Date.parse(raw) : Number.NaN;
  if (Number.isNaN(atMs)) throw wrongType(path, 'a date and time');
  return atMs;
}

function readList(shape: ListShape, raw: unknown, path: string, violations: string[]): readonly unknown[] {
  if (!Array.isArray(raw)) throw wrongType(path, 'a list');
  checkSize({ shape, size: raw.length, what: 'length', path, violations });
  return raw.map((item: unknown, index) => readValue(shape.item, item, `${path}.${index + 1}.member`, violations));
}

function readMap(shape: MapShape, raw: unknown, path: string, violations: string[]): Readonly<Record<string, unknown>> {
  const entries = Object.entries(asObject(raw, path)).filter(([, value]) => value !== null);
  checkSize({ shape, size: entries.length, what: 'length', path, violations });
  return Object.fromEntries(
    entries.map(([key, value]) => [
      readText(shape.key, key, `${path}.key`, violations),
      readValue(shape.value, value, `${path}.value`, violations),
    ]),
  );
}

function readStructure(
  shape: StructureShape,
  raw: unknown,
  path: string,
  violations: string[],
): Readonly<Record<string, unknown>> {
  const given = asObject(raw, path);
  const values: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(shape.members)) {
    const memberPath = path === '' ? name : `${path}.${name}`;
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value !== undefined && value !== null) values[name] = readValue(member, value, memberPath, violations);
    else if (shape.required.includes(name)) violations.push(violation(memberPath, 'Member must not be null'));
  }
  return values;
}

function checkSize(check: {
  shape: { readonly min?: number; readonly max?: number };
  size: number;
  what: 'length' | 'value';
  path: string;
  violations: string[];
}): void {
  const { shape, size, what, path, violations } = check;
  if (shape.min !== undefined && size < shape.min) {
    violations.push(violation(path, `Member must have ${what} greater than or equal to ${shape.min}`));
  }
  if (shape.max !== undefined && size > shape.max) {
    violations.push(violation(path, `Member must have ${what} less than or equal to ${shape.max}`));
  }
}

/** Names the place and the rule and never the value, which may be a secret. */
function violation(path: string, rule: string): string {
  return `Value at '${path}' failed to satisfy constraint: ${rule}`;
}

/** The services match the whole text, whether the pattern is written with anchors or not. */
function matchesWholly(pattern: RegExp, value: string): boolean {
  return new RegExp(`^(?:${pattern.source})$`, pattern.flags).test(value);
}

function asObject(raw: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw wrongType(path, 'an object');
  return raw as Readonly<Record<string, unknown>>;
}

function wrongType(path: string, expected: string): WrongType {
  return new WrongType(path === '' ? `The request must be ${expected}.` : `'${path}' must be ${expected}.`);
}
