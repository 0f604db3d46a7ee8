import { CONCEALED, concealAddresses, looksSecret } from '../contract/secret-text.ts';
import { isPlainMap } from './option-shape.ts';

/** Node.js prints an object as what this method returns. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** Whether the value at a path (`credentials.secretAccessKey`) is a secret. */
type IsSecret = (path: string, value: unknown) => boolean;

/**
 * Copies plain data so that `console.log`, `util.inspect` and `JSON.stringify` (and so loggers) show `…` for its secrets. Code reads them as
 * before. Instances of classes and functions are not copied.
 */
export function hideSecrets<T>(value: T, isSecret: IsSecret = looksSecret): T {
  return copy(value, '', isSecret) as T;
}

function copy(value: unknown, path: string, isSecret: IsSecret): unknown {
  const isList = Array.isArray(value);
  if (!isList && !isPlainMap(value)) return value;
  const entries = Object.entries(value).map(
    ([key, member]) => [key, copy(member, `${path}.${key}`, isSecret)] as const,
  );
  const show = { value: () => shown(value, path, isSecret) };
  return Object.defineProperties(isList ? entries.map(([, member]) => member) : Object.fromEntries(entries), {
    toJSON: show,
    [INSPECT]: show,
  });
}

function shown(value: unknown, path: string, isSecret: IsSecret): unknown {
  const member = (key: string, inner: unknown): unknown => shown(inner, `${path}.${key}`, isSecret);
  if (Array.isArray(value)) return value.map((item, index) => member(String(index), item));
  if (isPlainMap(value))
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, member(key, inner)]));
  if (typeof value !== 'string' && typeof value !== 'number') return value;
  const text = typeof value === 'string' ? concealAddresses(value) : value;
  return isSecret(path, text) ? CONCEALED : text;
}
