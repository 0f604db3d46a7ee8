import { refusal } from './healthomics-errors.ts';
import type { PlaceBook } from './place-book.ts';

/** The size of a page that the caller leaves open, which is also the largest one. */
const PAGE_SIZE = 100;

/** One call of a listing whose things keep their places. */
export interface PlacedListing {
  readonly places: PlaceBook;
  /** What is listed, with every filter: a token is good for the same listing only. */
  readonly listing: string;
  readonly token: string | undefined;
  /** 100 unless said; 0 gives an empty page and a token that goes on from the same place. */
  readonly size: number | undefined;
  /** How many places there are. */
  readonly count: number;
  /** What stands at a place; nothing when the filter leaves it out. */
  readonly entry: (place: number) => object | undefined;
}

/** Turns one page. */
export function turnPage({ places, listing, token, size = PAGE_SIZE, count, entry }: PlacedListing): {
  readonly entries: readonly object[];
  readonly nextToken: string | undefined;
} {
  const from = token === undefined ? 0 : places.find(listing, token);
  if (from === undefined) throw refusal('ValidationException', 'The startingToken is not valid.');
  const entries: object[] = [];
  let place = from;
  for (; place < count && entries.length < size; place++) {
    const found = entry(place);
    if (found !== undefined) entries.push(found);
  }
  return { entries, nextToken: place < count ? places.mark(listing, place) : undefined };
}
