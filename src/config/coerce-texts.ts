import { isMap } from './check-shape.ts';
import type { ConfigPath } from './config-problem.ts';

type Schema = Readonly<Record<string, unknown>>;

/**
 * Converts the texts of variables to numbers and booleans where the schema expects them. A text that does not convert stays
 * as it is, for the check to report.
 * @param schema - a JSON Schema; only `type`, `properties`, `additionalProperties` and `items` are read
 * @param isFilled - whether the text at a path came from a variable
 */
export function coerceTexts(
  value: unknown,
  schema: unknown,
  isFilled: (path: ConfigPath) => boolean,
  path: ConfigPath = [],
): unknown {
  if (!isMap(schema)) return value;
  if (typeof value === 'string') return isFilled(path) ? coerceText(value, schema) : value;
  const within = (member: unknown, part: string | number, memberSchema: unknown): unknown =>
    coerceTexts(member, memberSchema, isFilled, [...path, part]);
  if (Array.isArray(value)) return value.map((item, index) => within(item, index, schema['items']));
  if (!isMap(value)) return value;
  const properties = isMap(schema['properties']) ? schema['properties'] : {};
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      const memberSchema = Object.hasOwn(properties, key) ? properties[key] : schema['additionalProperties'];
      return [key, within(member, key, memberSchema)];
    }),
  );
}

function coerceText(text: string, { type }: Schema): unknown {
  if ((type === 'integer' || type === 'number') && /^-?\d+(?:\.\d+)?$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}
