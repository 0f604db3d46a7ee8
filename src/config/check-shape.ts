import { closestName } from './closest-name.ts';
import type { ConfigPath } from './config-problem.ts';
import { describeValue } from './describe-value.ts';

/**
 * The part of JSON Schema that the config's own shape needs. One record is both what editors complete by and what is
 * checked here, so that the two cannot drift apart.
 */
export type ShapeSchema = { readonly title?: string; readonly description?: string } & (
  | {
      readonly type: 'string';
      readonly minLength?: number;
      readonly pattern?: string;
      readonly enum?: readonly string[];
    }
  | { readonly type: 'integer'; readonly minimum: number }
  | {
      readonly type: 'object';
      readonly properties?: Readonly<Record<string, ShapeSchema | true>>;
      readonly required?: readonly string[];
      readonly additionalProperties: boolean | ShapeSchema;
    }
);

/** Something that does not fit its schema. */
export interface ShapeProblem {
  readonly path: ConfigPath;
  readonly message: string;
}

/** Everything in `value` that does not fit `schema`. */
export function checkShape(value: unknown, schema: ShapeSchema, path: ConfigPath = []): readonly ShapeProblem[] {
  if (schema.type !== 'object') return fits(value, schema) ? [] : [{ path, message: mismatch(value, schema, path) }];
  if (!isMap(value)) return [{ path, message: mismatch(value, schema, path) }];
  const { properties = {}, required = [], additionalProperties } = schema;
  const keys = new Set([...required, ...Object.keys(value)]);
  return [...keys].flatMap((key) => {
    const member = value[key];
    const memberPath = [...path, key];
    const memberSchema = Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
    if (memberSchema === false) return [{ path: memberPath, message: unknownKey(key, Object.keys(properties)) }];
    if (memberSchema === undefined || memberSchema === true) return [];
    return member === undefined && !required.includes(key) ? [] : checkShape(member, memberSchema, memberPath);
  });
}

/** Says that a key is not known, and which one may have been meant. */
export function unknownKey(key: string, known: readonly string[]): string {
  const closest = closestName(key, known);
  return closest === undefined
    ? `unknown key; known here: ${known.join(', ')}`
    : `unknown key; did you mean ${closest}?`;
}

/** Tells whether a value is a plain map, as all file formats give them. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function fits(value: unknown, schema: Exclude<ShapeSchema, { type: 'object' }>): boolean {
  if (schema.type === 'integer') return Number.isSafeInteger(value) && (value as number) >= schema.minimum;
  if (typeof value !== 'string') return false;
  if (schema.enum !== undefined) return schema.enum.includes(value);
  return (
    value.length >= (schema.minLength ?? 0) && (schema.pattern === undefined || new RegExp(schema.pattern).test(value))
  );
}

function mismatch(value: unknown, schema: ShapeSchema, path: ConfigPath): string {
  return `expected ${expectation(schema)}; found ${describeValue(value, path.at(-1))}${hint(value, schema)}`;
}

function expectation(schema: ShapeSchema): string {
  if (schema.type === 'object') return 'a map';
  if (schema.type === 'integer') return `a whole number, ${schema.minimum} or more`;
  if (schema.enum !== undefined) return `one of ${schema.enum.join(', ')}`;
  if (schema.pattern !== undefined) return schema.title ?? `a text that fits ${schema.pattern}`;
  return schema.minLength === undefined ? 'a text' : 'a text that is not empty';
}

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** The two slips that nearly everybody makes once: a duration with its unit, and a number where a text belongs. */
function hint(value: unknown, schema: ShapeSchema): string {
  const [, amount, unit] = typeof value === 'string' ? (/^(\d+) ?([a-z]+)$/.exec(value) ?? []) : [];
  const unitMs = UNITS_MS[unit ?? ''];
  if (schema.type === 'integer' && unitMs !== undefined) return ` (in milliseconds that is ${Number(amount) * unitMs})`;
  if (schema.type === 'string' && (typeof value === 'number' || typeof value === 'boolean'))
    return ' (put it in quotes)';
  return '';
}
