import { concealAddresses, looksSecret } from '../contract/secret-text.ts';

/** How much of a string messages show. */
export const SHOWN_LENGTH = 40;

/** A value for the end of a sentence; hides what looks like a secret. */
export function describeValue(value: unknown, name?: string | number): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'an empty value';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Date) return 'a date (put it in quotes to make it a string)';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`;
  const shown = typeof value === 'string' ? concealAddresses(value) : value;
  // Where a parameter ends is unknown in a text with spaces or quotes.
  const isUnclear = shown !== value && /[\s"'`]/.test(value as string);
  if (isUnclear || looksSecret(name, shown)) return `a hidden ${typeof value}`;
  if (typeof shown !== 'string') return `${shown as number}`;
  return shown.length > SHOWN_LENGTH
    ? `${JSON.stringify(shown.slice(0, SHOWN_LENGTH)).slice(0, -1)}…"`
    : JSON.stringify(shown);
}
