import { invalidRequest } from './athena-errors.ts';

/** What keys and values may contain; the model limits their lengths only. */
const ALLOWED = /^[\p{L}\p{N}\s+\-=._:/@]*$/u;

/**
 * The tags of a request by key; a tag without a value has an empty one, a tag without a key is ignored.
 *
 * @throws ServiceError when a key is repeated or reserved, or a character is not allowed.
 * @see https://docs.aws.amazon.com/athena/latest/ug/tags.html read 2026-11-21
 */
export function toTagMap(
  tags: readonly { readonly Key?: string; readonly Value?: string }[] = [],
): Readonly<Record<string, string>> {
  const entries = tags.flatMap(({ Key: key, Value: value = '' }) => (key === undefined ? [] : [[key, value] as const]));
  const map = new Map(entries);
  if (map.size < entries.length) throw invalidRequest('Tag keys must be unique per resource.');
  for (const [key, value] of map) {
    refuseReserved(key);
    if (ALLOWED.test(key + value)) continue;
    throw invalidRequest('Tags may contain only letters, numbers, spaces and + - = . _ : / @.');
  }
  return Object.fromEntries(map);
}

/** @throws ServiceError for a key that only the service may add and remove. */
export function refuseReserved(key: string): void {
  if (/^aws:/i.test(key)) throw invalidRequest('Tag keys that begin with aws: are reserved.');
}
