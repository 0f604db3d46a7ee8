import { invalidRequest } from './athena-errors.ts';

/** A tag as requests have it. */
interface Tag {
  readonly Key?: string;
  readonly Value?: string;
}

/**
 * The tags of a request by their keys; one without a value has an empty one, one without a key is none.
 * @throws ServiceError when a key comes twice. @see https://docs.aws.amazon.com/athena/latest/APIReference/API_TagResource.html (read 2026-11-21)
 */
export function toTagMap(tags: readonly Tag[] = []): Readonly<Record<string, string>> {
  const entries = tags.flatMap(({ Key: key, Value: value = '' }) => (key === undefined ? [] : [[key, value] as const]));
  const map = new Map(entries);
  if (map.size < entries.length) throw invalidRequest('Tag keys must be unique per resource.');
  return Object.fromEntries(map);
}
