import type { RunSpec } from '../contract/batch-run.ts';

const ID_MAX_LENGTH = 128;
/** Deeper than any parameters, and than nothing that refers to itself. */
const MAX_DEPTH = 64;

const MEMBERS: Readonly<Record<keyof RunSpec, 'string' | 'number' | 'map'>> = {
  id: 'string',
  name: 'string',
  parameters: 'map',
  outputUri: 'string',
  priority: 'number',
  outputBucketOwnerId: 'string',
  tags: 'map',
};

/** What is wrong with the shape of what somebody gave as a run, in words; `undefined` when it is one. */
export function problemOfShape(run: unknown): string | undefined {
  if (!isMap(run)) return 'is no object { id, parameters, … }';
  const { id } = run;
  if (typeof id !== 'string' || id.trim() === '') return 'has no id: give each run a text of its own';
  if (id.length > ID_MAX_LENGTH) return `has an id of ${id.length} characters; ${ID_MAX_LENGTH} are allowed`;
  for (const [member, value] of Object.entries(run)) {
    if (!Object.hasOwn(MEMBERS, member)) {
      return `has '${member.slice(0, 40)}', which is no member of a run; members are ${Object.keys(MEMBERS).join(', ')}`;
    }
    if (value === undefined) continue;
    const wanted = MEMBERS[member as keyof RunSpec];
    if (wanted === 'map' ? !isMap(value) : typeof value !== wanted) return `has a '${member}' that is no ${wanted}`;
  }
  const { tags, parameters } = run;
  if (isMap(tags) && !Object.values(tags).every((value) => typeof value === 'string')) {
    return "has 'tags' whose values are not all texts";
  }
  const unsendable = parameters === undefined ? undefined : problemOfJson(parameters, 'parameters', 0);
  return unsendable && `has ${unsendable}`;
}

/** Whatever JSON cannot say, or would leave out silently. */
export function problemOfJson(value: unknown, path: string, depth: number): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${path}, which is ${value}: not in JSON`;
  if (typeof value !== 'object') return `${path}, which is a ${typeof value}: not in JSON`;
  if (depth > MAX_DEPTH) return `${path}, which is nested too deeply or contains itself`;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const problem = problemOfJson(item, `${path}[${index}]`, depth + 1);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
  if (!isMap(value)) return `${path}, which is no plain object: write it as text`;
  for (const name in value) {
    const problem = problemOfJson(value[name], `${path}.${name}`, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Tells whether a value is a plain object. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Test runners and workers hand over objects of another realm: what has no prototype above its own is plain.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
