import * as z from 'zod';
import { closestName } from './closest-name.ts';
import type { ConfigPath } from './config-problem.ts';
import { describeValue } from './describe-value.ts';

/** A value that does not fit its schema. */
export interface ShapeProblem {
  readonly path: ConfigPath;
  readonly message: string;
}

/** Everything in `value` that does not fit `shape`, with the expected and the actual value. */
export function checkShape(value: unknown, shape: z.ZodType): readonly ShapeProblem[] {
  const { error } = shape.safeParse(value);
  if (error === undefined) return [];
  // The messages are made from the JSON Schema: the same source as plain data.
  const schema = z.toJSONSchema(shape, { io: 'input' });
  return error.issues.flatMap((issue) => {
    const path = issue.path.filter((step) => typeof step !== 'symbol');
    const expected = schemaAt(schema, path);
    if (issue.code !== 'unrecognized_keys') return [{ path, message: mismatch(valueAt(value, path), expected, path) }];
    const known = Object.keys(expected.properties ?? {});
    return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(key, known) }));
  });
}

/** The message for an unknown key, with the one that was probably meant. */
export function unknownKey(key: string, known: readonly string[]): string {
  const closest = closestName(key, known);
  return closest === undefined
    ? `unknown key; known here: ${known.join(', ')}`
    : `unknown key; did you mean ${closest}?`;
}

/** Whether a value is a map, as all file formats produce them. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** Whether a value is a map without a class: instances, such as a client in a TypeScript config, pass through untouched. */
export function isPlainMap(value: unknown): value is Record<string, unknown> {
  return isMap(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

function schemaAt(root: JsonSchema, path: ConfigPath): JsonSchema {
  return path.reduce<JsonSchema>((schema, step) => {
    const member = schema.properties?.[step] ?? schema.additionalProperties;
    return typeof member === 'object' ? member : {};
  }, root);
}

function valueAt(root: unknown, path: ConfigPath): unknown {
  return path.reduce((value, step) => (isMap(value) ? value[step] : undefined), root);
}

function mismatch(value: unknown, schema: JsonSchema, path: ConfigPath): string {
  return `expected ${expectation(schema)}; found ${describeValue(value, path.at(-1))}${hint(value, schema)}`;
}

function expectation({ title, type, minimum, minLength, enum: members }: JsonSchema): string {
  if (title !== undefined) return title;
  if (members !== undefined) return `one of ${members.join(', ')}`;
  if (type === 'object') return 'a map';
  if (type === 'integer') return `a whole number, ${minimum ?? 0} or more`;
  return minLength === undefined ? 'a string' : 'a non-empty string';
}

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Hints for the two most common mistakes: a duration with its unit, and a number without quotes. */
function hint(value: unknown, { type }: JsonSchema): string {
  const [, amount, unit = ''] = typeof value === 'string' ? (/^(\d+) ?([a-z]+)$/.exec(value) ?? []) : [];
  const unitMs = UNITS_MS[unit];
  if (type === 'integer' && unitMs !== undefined) return ` (in milliseconds that is ${Number(amount) * unitMs})`;
  if (type === 'string' && (typeof value === 'number' || typeof value === 'boolean')) return ' (put it in quotes)';
  return '';
}
