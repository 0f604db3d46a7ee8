import type { RunDefaults, RunSpec } from '../contract/batch-run.ts';
import { checkOptions, type ObjectShape, type OptionShape } from '../provider-kit/option-shape.ts';
import { code, text, texts } from '../session/option-checks.ts';

/** Deeper than any real parameters. A value that contains itself reaches it. */
const MAX_DEPTH = 64;

const string: OptionShape = { type: 'string' };
const map = code('a map', isMap);
const SHARED = { name: string, parameters: map, outputUri: string, priority: code('a number', isNumber), tags: texts };
const RUN_MEMBERS: Readonly<Record<keyof RunSpec, OptionShape>> = {
  id: text(128),
  ...SHARED,
  outputBucketOwnerId: string,
};
const DEFAULT_MEMBERS: Readonly<Record<keyof RunDefaults, OptionShape>> = {
  workflowId: string,
  workflowVersion: string,
  roleArn: string,
  ...SHARED,
  native: map,
};

const RUN: ObjectShape = { type: 'object', properties: RUN_MEMBERS, required: ['id'], additionalProperties: false };
const DEFAULTS: ObjectShape = { ...RUN, properties: DEFAULT_MEMBERS, required: ['workflowId'] };

/** What is wrong with the shape of a run; `undefined` when it is valid. */
export function problemOfShape(run: unknown): string | undefined {
  if (!isMap(run)) return 'is not an object { id, parameters, … }';
  const [wrong] = checkOptions(run, RUN);
  if (wrong !== undefined) return `${wrong.path.join('.').slice(0, 40)}: ${wrong.message}`;
  const unsendable = run['parameters'] === undefined ? undefined : problemOfJson(run['parameters'], 'parameters', 0);
  return unsendable && `has ${unsendable}`;
}

/** What is wrong with the shape of a batch's defaults, one line per problem. */
export function problemsOfDefaultsShape({ parameters, ...others }: RunDefaults): readonly string[] {
  const problems = checkOptions({ parameters, ...others }, DEFAULTS).map(({ path, message }) => {
    const more = message.startsWith('unknown key') ? '; options of the service belong into `native`' : '';
    return `defaults.${path.join('.')}: ${message}${more}`;
  });
  const unsendable = isMap(parameters) ? problemOfJson(parameters, 'defaults.parameters', 0) : undefined;
  return unsendable === undefined ? problems : [...problems, `defaults has ${unsendable}`];
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

function isNumber(value: unknown): boolean {
  return typeof value === 'number';
}
