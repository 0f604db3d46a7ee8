import { isMap } from '../provider-kit/option-shape.ts';
import { formatPath, type ConfigPath } from './config-problem.ts';
import type { FilledText } from './interpolate.ts';
import { looksSecret } from '../contract/secret-text.ts';

/**
 * Writes the texts of variables to their paths, as numbers and booleans where the schema expects them. A text that does not
 * convert stays a text, for the check to report.
 * @param schema - a JSON Schema; only `type`, `properties`, `additionalProperties` and `items` are read
 */
export function coerceTexts(root: unknown, schema: unknown, filled: readonly FilledText[]): unknown {
  return filled.reduce((value, { path, text }) => replaceAt(value, path, coerce(text, schemaAt(schema, path))), root);
}

function replaceAt(value: unknown, [step, ...rest]: ConfigPath, leaf: unknown): unknown {
  if (step === undefined) return leaf;
  const replaced = replaceAt((value as Readonly<Record<string | number, unknown>>)[step], rest, leaf);
  return Array.isArray(value) ? value.with(Number(step), replaced) : { ...(value as object), [step]: replaced };
}

function schemaAt(schema: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>((at, step) => {
    if (!isMap(at)) return undefined;
    if (typeof step === 'number') return at['items'];
    const properties = at['properties'];
    return isMap(properties) && Object.hasOwn(properties, step) ? properties[step] : at['additionalProperties'];
  }, schema);
}

function coerce(text: string, schema: unknown): unknown {
  const type = isMap(schema) ? schema['type'] : undefined;
  if ((type === 'integer' || type === 'number') && /^-?\d+(?:\.\d+)?$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

/**
 * The secrets in a configuration, each with the text that messages show instead. A value is a secret when it looks like one,
 * or when a name on its path or its variable does.
 */
export function secretsIn(root: unknown, filled: readonly FilledText[]): ReadonlyMap<string, string> {
  const templates = new Map(filled.map(({ path, template }) => [formatPath(path), template]));
  const secrets = new Map<string, string>();
  const walk = (value: unknown, path: ConfigPath): void => {
    if (Array.isArray(value)) value.forEach((item, index) => walk(item, [...path, index]));
    if (isMap(value)) for (const [key, member] of Object.entries(value)) walk(member, [...path, key]);
    if (typeof value !== 'string' && typeof value !== 'number') return;
    const template = templates.get(formatPath(path));
    const text = String(value);
    if (text !== '' && looksSecret(`${formatPath(path)} ${template ?? ''}`, text)) secrets.set(text, template ?? '…');
  };
  walk(root, []);
  return secrets;
}

/**
 * Options that are written as texts, with a dot before each member: `session.size`, `credentials.profile`. They become numbers and booleans
 * where the schema expects them.
 */
export function optionsFromTexts(texts: Readonly<Record<string, string>>, schema: unknown): object {
  let options: object = {};
  for (const [name, text] of Object.entries(texts)) {
    const path = name.split('.');
    options = withMember(options, path, coerce(text, schemaAt(schema, path)));
  }
  return options;
}

function withMember(options: object, [name = '', ...rest]: readonly string[], value: unknown): object {
  const inner: unknown = Object.hasOwn(options, name)
    ? (options as Readonly<Record<string, unknown>>)[name]
    : undefined;
  const member = rest.length === 0 ? value : withMember(isMap(inner) ? inner : {}, rest, value);
  return Object.fromEntries([...Object.entries(options).filter(([each]) => each !== name), [name, member]]);
}
