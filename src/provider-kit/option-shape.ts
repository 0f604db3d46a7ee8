import type { OptionProblem } from '../contract/provider-plugin.ts';

interface Described {
  readonly description?: string;
  /** What fits, in words, for the message about a value that does not. */
  readonly title?: string;
}

interface StringShape extends Described {
  readonly type: 'string';
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly default?: string;
}

interface NumberShape extends Described {
  readonly type: 'number' | 'integer';
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly default?: number;
}

/** A value that only code can pass: a signal, a function. No JSON Schema describes it. */
interface CodeShape extends Described {
  readonly type: 'code';
  readonly title: string;
  readonly accepts: (value: unknown) => boolean;
}

type ScalarShape =
  StringShape | NumberShape | CodeShape | (Described & { readonly type: 'boolean'; readonly default?: boolean });

/** The part of JSON Schema that options need: the same record completes options in editors and checks them. */
export type OptionShape =
  | ScalarShape
  | (Described & { readonly type: 'array'; readonly items: OptionShape; readonly default?: readonly unknown[] })
  | (Described & { readonly type?: never; readonly anyOf: readonly OptionShape[]; readonly default?: unknown })
  | ObjectShape;

/** The shape of a map of options. */
export interface ObjectShape extends Described {
  readonly type: 'object';
  readonly properties?: Readonly<Record<string, OptionShape>>;
  readonly required?: readonly string[];
  readonly additionalProperties: boolean | OptionShape;
}

type Path = readonly (string | number)[];

/** Everything in `value` that does not fit `shape`. Messages give the type of what was found, because the value may be a secret. */
export function checkOptions(value: unknown, shape: OptionShape, path: Path = []): readonly OptionProblem[] {
  if (shape.type === 'object') return checkObject(value, shape, path);
  if (shape.type === undefined) return checkAny(value, shape, path);
  if (shape.type === 'array') {
    if (!Array.isArray(value)) return [problem(path, 'a list', typeName(value))];
    return value.flatMap((item, index) => checkOptions(item, shape.items, [...path, index]));
  }
  return fits(value, shape) ? [] : [problem(path, expectation(shape), found(value, shape))];
}

/** The values that options have when nobody sets them. */
export function defaultOptions({ properties = {} }: ObjectShape): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, shape]) => ('default' in shape ? [[name, shape.default]] : [])),
  );
}

function checkObject(value: unknown, shape: ObjectShape, path: Path): readonly OptionProblem[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [problem(path, shape.title ?? 'a map', typeName(value))];
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

/** A map is compared with the shape for maps, so that the message names the member that is wrong. */
function checkAny(
  value: unknown,
  { anyOf, title }: Extract<OptionShape, { readonly anyOf: unknown }>,
  path: Path,
): readonly OptionProblem[] {
  const problems = anyOf.map((shape) => checkOptions(value, shape, path));
  if (problems.some(({ length }) => length === 0)) return [];
  const inside = problems.flat().filter((each) => each.path.length > path.length);
  return inside.length > 0 ? inside : [problem(path, title ?? 'another value', typeName(value))];
}

function problem(path: Path, expected: string, foundValue: string): OptionProblem {
  return { path, message: `expected ${expected}; found ${foundValue}` };
}

function fits(value: unknown, shape: ScalarShape): boolean {
  if (shape.type === 'code') return shape.accepts(value);
  if (shape.type === 'boolean') return typeof value === 'boolean';
  if (shape.type !== 'string') return fitsNumber(value, shape);
  if (typeof value !== 'string') return false;
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern } = shape;
  if (shape.enum !== undefined) return shape.enum.includes(value);
  return value.length >= minLength && value.length <= maxLength && (!pattern || new RegExp(pattern, 'u').test(value));
}

function fitsNumber(value: unknown, { type, minimum, exclusiveMinimum, maximum }: NumberShape): boolean {
  if (typeof value !== 'number' || !(type === 'integer' ? Number.isInteger(value) : Number.isFinite(value)))
    return false;
  return !(value < (minimum ?? value) || value <= (exclusiveMinimum ?? -Infinity) || value > (maximum ?? value));
}

function expectation(shape: ScalarShape): string {
  if (shape.title !== undefined) return shape.title;
  if (shape.type === 'boolean') return 'true or false';
  if (shape.type === 'string') {
    const { minLength = 0, maxLength } = shape;
    if (shape.enum !== undefined) return `one of ${shape.enum.join(', ')}`;
    return maxLength === undefined ? 'a text' : `a text of ${minLength} to ${maxLength} characters`;
  }
  const { type, minimum, exclusiveMinimum, maximum } = shape as NumberShape;
  const kind = type === 'integer' ? 'a whole number' : 'a number';
  if (exclusiveMinimum !== undefined) return `${kind} above ${exclusiveMinimum}`;
  return maximum === undefined ? `${kind}, ${minimum ?? 0} or more` : `${kind} from ${minimum ?? 0} to ${maximum}`;
}

/** Only a wrong choice or number is repeated: they are no secrets. */
function found(value: unknown, shape: ScalarShape): string {
  if (shape.type !== 'string' && typeof value === 'number') return String(value);
  return shape.type === 'string' && shape.enum !== undefined && typeof value === 'string'
    ? `"${value.slice(0, 40)}"`
    : typeName(value);
}

function typeName(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return value === '' ? 'an empty text' : `a text of ${value.length} characters`;
  return typeof value === 'object' ? 'a map' : `a ${typeof value}`;
}
