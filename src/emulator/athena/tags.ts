import { invalidRequest } from './athena-errors.ts';

/** A tag as requests have it. */
interface Tag {
  readonly Key?: string;
  readonly Value?: string;
}

/** What keys and values are made of; the model has their lengths only. */
const ALLOWED = /^[\p{L}\p{N}\s+\-=._:/@]*$/u;
const RESERVED = /^aws:/i;

/**
 * The tags of a request by their keys; one without a value has an empty one, one without a key is none.
 * @throws ServiceError when a key comes twice or is reserved, or a character is not allowed.
 * @see https://docs.aws.amazon.com/athena/latest/ug/tags.html read 2026-11-21
 */
export function toTagMap(tags: readonly Tag[] = []): Readonly<Record<string, string>> {
  const entries = tags.flatMap(({ Key: key, Value: value = '' }) => (key === undefined ? [] : [[key, value] as const]));
  const map = new Map(entries);
  if (map.size < entries.length) throw invalidRequest('Tag keys must be unique per resource.');
  for (const [key, value] of map) {
    refuseReserved(key);
    if (!ALLOWED.test(key + value))
      throw invalidRequest('Tags have letters, numbers, spaces and + - = . _ : / @ only.');
  }
  return Object.fromEntries(map);
}

/** @throws ServiceError for a key that only the service may give and take. */
export function refuseReserved(key: string): void {
  if (RESERVED.test(key)) throw invalidRequest('Tag keys that begin with aws: are reserved.');
}
