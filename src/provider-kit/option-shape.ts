import type { OptionProblem } from '../contract/provider-plugin.ts';

/** The part of JSON Schema that options need: one record is what editors complete by and what is checked here. */
export type OptionShape = { readonly description?: string } & (
  | {
      readonly type: 'string';
      readonly enum?: readonly string[];
      readonly pattern?: string;
      /** What fits the pattern, in words. */
      readonly title?: string;
      readonly minLength?: number;
      readonly maxLength?: number;
      readonly default?: string;
    }
  | { readonly type: 'boolean'; readonly default?: boolean }
  | { readonly type: 'number'; readonly exclusiveMinimum: number; readonly default?: number }
  | { readonly type: 'array'; readonly items: OptionShape }
  | ObjectShape
);

/** The shape of a map of options. */
export interface ObjectShape {
  readonly type: 'object';
  readonly description?: string;
  readonly properties?: Readonly<Record<string, OptionShape>>;
  readonly required?: readonly string[];
  readonly additionalProperties: boolean | OptionShape;
}

type Path = readonly (string | number)[];

/** Everything in `value` that does not fit `shape`. What was found is told by its type only: it may be a secret. */
export function checkOptions(value: unknown, shape: OptionShape, path: Path = []): readonly OptionProblem[] {
  if (shape.type === 'object') return checkObject(value, shape, path);
  if (shape.type === 'array') {
    if (!Array.isArray(value)) return [{ path, message: `expected a list; found ${typeName(value)}` }];
    return value.flatMap((item, index) => checkOptions(item, shape.items, [...path, index]));
  }
  return fits(value, shape) ? [] : [{ path, message: `expected ${expectation(shape)}; found ${found(value, shape)}` }];
}

/** The values that options have when nobody sets them. */
export function defaultOptions({ properties = {} }: ObjectShape): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, shape]) => ('default' in shape ? [[name, shape.default]] : [])),
  );
}

function checkObject(value: unknown, shape: ObjectShape, path: Path): readonly OptionProblem[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [{ path, message: `expected a map; found ${typeName(value)}` }];
  }
  const { properties = {}, required = [], additionalProperties } = shape;
  const members = value as Readonly<Record<string, unknown>>;
  return [...new Set([...required, ...Object.keys(members)])].flatMap((key) => {
    const memberShape = Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
    const memberPath = [...path, key];
    if (memberShape === false) {
      return [{ path: memberPath, message: `unknown option; known here: ${Object.keys(properties).join(', ')}` }];
    }
    if (memberShape === true || memberShape === undefined) return [];
    if (members[key] === undefined && !required.includes(key)) return [];
    return checkOptions(members[key], memberShape, memberPath);
  });
}

type ScalarShape = Exclude<OptionShape, { readonly type: 'object' | 'array' }>;

function fits(value: unknown, shape: ScalarShape): boolean {
  if (shape.type === 'boolean') return typeof value === 'boolean';
  if (shape.type === 'number') return Number.isFinite(value) && Number(value) > shape.exclusiveMinimum;
  if (typeof value !== 'string') return false;
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern } = shape;
  if (shape.enum !== undefined) return shape.enum.includes(value);
  return value.length >= minLength && value.length <= maxLength && (!pattern || new RegExp(pattern, 'u').test(value));
}

function expectation(shape: ScalarShape): string {
  if (shape.type === 'boolean') return 'true or false';
  if (shape.type === 'number') return `a number above ${shape.exclusiveMinimum}`;
  if (shape.enum !== undefined) return `one of ${shape.enum.join(', ')}`;
  if (shape.title !== undefined) return shape.title;
  const { minLength = 0, maxLength } = shape;
  return maxLength === undefined ? 'a text' : `a text of ${minLength} to ${maxLength} characters`;
}

/** Only a wrong choice or number is repeated: they are no secrets. */
function found(value: unknown, shape: ScalarShape): string {
  if (shape.type === 'number' && typeof value === 'number') return String(value);
  return shape.type === 'string' && shape.enum !== undefined && typeof value === 'string'
    ? `"${value.slice(0, 40)}"`
    : typeName(value);
}

function typeName(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return value === '' ? 'an empty text' : 'another text';
  return typeof value === 'object' ? 'a map' : `a ${typeof value}`;
}
