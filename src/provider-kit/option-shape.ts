import type { OptionProblem } from '../contract/provider-plugin.ts';
import { closestName } from './closest-name.ts';
import { describeValue } from './describe-value.ts';

/** The part of JSON Schema that options need: the same record completes options in editors and checks them. */
export type OptionShape = { readonly description?: string; /** What fits, in words. */ readonly title?: string } & (
  | {
      readonly type: 'string';
      readonly enum?: readonly string[];
      readonly pattern?: string;
      readonly minLength?: number;
      readonly maxLength?: number;
      readonly default?: string;
    }
  | { readonly type: 'boolean'; readonly default?: boolean }
  | { readonly type: 'number'; readonly exclusiveMinimum: number; readonly default?: number }
  | {
      readonly type: 'integer' | 'number';
      readonly minimum: number;
      readonly maximum?: number;
      readonly default?: number;
    }
  | { readonly type: 'array'; readonly items: OptionShape; readonly default?: readonly unknown[] }
  | ObjectShape
  | ChoiceShape
  | CodeShape
);

/** The shape of a map of options. */
export interface ObjectShape {
  readonly type: 'object';
  readonly description?: string;
  readonly properties?: Readonly<Record<string, OptionShape>>;
  readonly required?: readonly string[];
  readonly additionalProperties: boolean | OptionShape;
}

/** The shape of an option that may have one of several types. */
interface ChoiceShape {
  readonly type?: undefined;
  readonly anyOf: readonly OptionShape[];
  readonly default?: unknown;
}

/** A value that only code can pass: a signal, a function. No JSON Schema describes it. */
interface CodeShape {
  readonly type: 'code';
  readonly title: string;
  readonly accepts: (value: unknown) => boolean;
}

type Path = readonly (string | number)[];

/** Everything in `value` that does not fit `shape`, with the expected and the actual value; hides what looks like a secret. */
export function checkOptions(value: unknown, shape: OptionShape, path: Path = []): readonly OptionProblem[] {
  if (shape.type === 'object' && isMap(value)) return checkMap(value, shape, path);
  if (shape.type === 'array' && Array.isArray(value)) {
    return value.flatMap((item, index) => checkOptions(item, shape.items, [...path, index]));
  }
  if (shape.type === undefined) {
    const sameType = shape.anyOf.find(({ type }) => type === (Array.isArray(value) ? 'array' : typeof value));
    if (sameType !== undefined) return checkOptions(value, sameType, path);
  }
  if (fits(value, shape)) return [];
  const found = describeValue(value, path.join('.'));
  return [{ path, message: `expected ${expectation(shape)}; found ${found}${hint(value, shape)}` }];
}

/** The values of options that are left out. */
export function defaultOptions({ properties = {} }: ObjectShape): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, shape]) => ('default' in shape ? [[name, shape.default]] : [])),
  );
}

/** Whether a value is a map, as all file formats produce them. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/**
 * Whether a value is a map without a class: instances, such as a client in a TypeScript config, are used as they are. Test
 * runners give a module its own `Object`, so this looks for the end of the prototype chain.
 */
export function isPlainMap(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf'));
}

/** The message for an unknown key, with the one that was probably meant. */
export function unknownKey(key: string, known: readonly string[]): string {
  const closest = closestName(key, known);
  return closest === undefined
    ? `unknown key; known here: ${known.join(', ')}`
    : `unknown key; did you mean ${closest}?`;
}

function checkMap(
  value: Readonly<Record<string, unknown>>,
  { properties = {}, required = [], additionalProperties }: ObjectShape,
  path: Path,
): readonly OptionProblem[] {
  const known = Object.keys(properties);
  return [...new Set([...known, ...Object.keys(value)])].flatMap((key) => {
    const shape = Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
    if (shape === false) return [{ path: [...path, key], message: unknownKey(key, known) }];
    if (shape === true || shape === undefined) return [];
    const member = Object.hasOwn(value, key) ? value[key] : undefined;
    return member === undefined && !required.includes(key) ? [] : checkOptions(member, shape, [...path, key]);
  });
}

function fits(value: unknown, shape: OptionShape): boolean {
  switch (shape.type) {
    case 'code':
      return shape.accepts(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'number':
    case 'integer': {
      if (!(shape.type === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value))) return false;
      const number = Number(value);
      if ('exclusiveMinimum' in shape) return number > shape.exclusiveMinimum;
      return number >= shape.minimum && number <= (shape.maximum ?? Infinity);
    }
    case 'string': {
      if (typeof value !== 'string') return false;
      const { minLength = 0, maxLength = Infinity, pattern } = shape;
      if (shape.enum !== undefined) return shape.enum.includes(value);
      return (
        value.length >= minLength && value.length <= maxLength && (!pattern || new RegExp(pattern, 'u').test(value))
      );
    }
    default:
      return false;
  }
}

function expectation(shape: OptionShape): string {
  if (shape.title !== undefined) return shape.title;
  switch (shape.type) {
    case 'boolean':
      return 'true or false';
    case 'number':
    case 'integer': {
      const kind = shape.type === 'integer' ? 'a whole number' : 'a number';
      if ('exclusiveMinimum' in shape) return `${kind} above ${shape.exclusiveMinimum}`;
      const { minimum, maximum } = shape;
      return maximum === undefined ? `${kind}, ${minimum} or more` : `${kind} from ${minimum} to ${maximum}`;
    }
    case 'string': {
      const { enum: members, minLength = 0, maxLength } = shape;
      if (members !== undefined) return `one of ${members.join(', ')}`;
      if (maxLength !== undefined) return `a string of ${minLength} to ${maxLength} characters`;
      return minLength === 0 ? 'a string' : 'a non-empty string';
    }
    case 'array':
      return 'a list';
    case 'object':
      return 'a map';
    case 'code':
      return shape.title;
    default:
      return shape.anyOf.map(expectation).join(' or ');
  }
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
function hint(value: unknown, shape: OptionShape): string {
  const types = shape.type === undefined ? shape.anyOf.map(({ type }) => type) : [shape.type];
  const [, amount, unit = ''] = typeof value === 'string' ? (/^(\d+) ?([a-z]+)$/.exec(value) ?? []) : [];
  const unitMs = UNITS_MS[unit];
  if (types.includes('integer') && unitMs !== undefined) return ` (in milliseconds that is ${Number(amount) * unitMs})`;
  if (types.includes('string') && (typeof value === 'number' || typeof value === 'boolean'))
    return ' (put it in quotes)';
  return '';
}
