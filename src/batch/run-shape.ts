import type { RunSpec } from '../contract/batch-run.ts';

const ID_MAX_LENGTH = 128;
/** Deeper than any real parameters. A value that contains itself reaches it. */
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

/** What is wrong with the shape of a run; `undefined` when it is valid. */
export function problemOfShape(run: unknown): string | undefined {
  if (!isMap(run)) return 'is not an object { id, parameters, … }';
  const { id } = run;
  if (typeof id !== 'string' || id.trim() === '') return 'has no id: give each run a unique text';
  if (id.length > ID_MAX_LENGTH) return `has an id of ${id.length} characters; ${ID_MAX_LENGTH} are allowed`;
  for (const [member, value] of Object.entries(run)) {
    if (!Object.hasOwn(MEMBERS, member)) {
      return `has '${member.slice(0, 40)}', which is not a member of a run; members are ${Object.keys(MEMBERS).join(', ')}`;
    }
    if (value === undefined) continue;
    const wanted = MEMBERS[member as keyof RunSpec];
    if (wanted === 'map' ? !isMap(value) : typeof value !== wanted) return `has a '${member}' that is not a ${wanted}`;
  }
  const { tags, parameters } = run;
  if (isMap(tags) && !Object.values(tags).every((value) => typeof value === 'string')) {
    return "has 'tags' whose values are not all texts";
  }
  const unsendable = parameters === undefined ? undefined : problemOfJson(parameters, 'parameters', 0);
  return unsendable && `has ${unsendable}`;
}

/** What JSON cannot represent or would drop silently. */
export function problemOfJson(value: unknown, path: string, depth: number): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'number')
    return Number.isFinite(value) ? undefined : `${path}, which is ${value}: JSON has no such value`;
  if (typeof value !== 'object') return `${path}, which is a ${typeof value}: JSON has no such value`;
  if (depth > MAX_DEPTH) return `${path}, which is nested too deeply or contains itself`;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const problem = problemOfJson(item, `${path}[${index}]`, depth + 1);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
  if (!isMap(value)) return `${path}, which is not a plain object: convert it to text`;
  for (const name in value) {
    const problem = problemOfJson(value[name], `${path}.${name}`, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Whether a value is a plain object. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Test runners and workers pass objects of another realm: an object whose prototype has no prototype is plain.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
