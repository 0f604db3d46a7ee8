import { isPlainMap } from './option-shape.ts';

/**
 * Removes secrets from the message, the stack and the members of an error, in place: it may be the cause of another one.
 * Members that begin with `$` are the AWS SDK's own. What cannot be set, as in a DOMException, is the user's own.
 */
export function concealError(error: Error, conceal: (text: string) => string): void {
  const concealed = (value: unknown): unknown => {
    if (typeof value === 'string') return conceal(value);
    if (Array.isArray(value)) return value.map(concealed);
    if (!isPlainMap(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, concealed(member)]));
  };
  const members = error as unknown as Record<string, unknown>;
  const names = Object.keys(error).filter((name) => name !== 'name' && name !== 'cause' && !name.startsWith('$'));
  for (const name of ['message', 'stack', ...names]) Reflect.set(members, name, concealed(members[name]));
}
