import type { SeededRandom } from './seeded-random.ts';

interface Bookmark {
  readonly listing: string;
  readonly remaining: readonly string[];
}

/** One call of a listing. */
export interface PageRequest {
  /** What is listed, with every filter: a page token is good for the same listing only. */
  readonly listing: string;
  /** The ids of the whole listing, in order; asked for on the first page. */
  readonly ids: () => readonly string[];
  readonly pageSize: number;
  readonly token: string | undefined;
  /** Gives an empty page and a token that goes on from the same place. */
  readonly empty: boolean;
  /** Makes the error for a token that was not given out for this listing. */
  readonly foreign: () => Error;
}

/** How many page tokens are remembered; the oldest is forgotten first. */
const REMEMBERED_TOKENS = 1000;

/**
 * Opaque page tokens. The first page fixes which ids the listing goes through, so that following the tokens gives each of
 * them once whatever happens meanwhile; what an id looks like is read when its page is.
 */
export class PageBook {
  readonly #random: SeededRandom;
  readonly #bookmarks = new Map<string, Bookmark>();

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  turn(request: PageRequest): { readonly ids: readonly string[]; readonly nextToken: string | undefined } {
    const remaining = request.token === undefined ? request.ids() : this.#remaining(request.token, request);
    const size = request.empty ? 0 : request.pageSize;
    const rest = remaining.slice(size);
    const nextToken = rest.length === 0 ? undefined : this.#mark({ listing: request.listing, remaining: rest });
    return { ids: remaining.slice(0, size), nextToken };
  }

  #remaining(token: string, request: PageRequest): readonly string[] {
    const bookmark = this.#bookmarks.get(token);
    if (bookmark?.listing !== request.listing) throw request.foreign();
    return bookmark.remaining;
  }

  #mark(bookmark: Bookmark): string {
    const token = Buffer.from(this.#random.hex(64), 'hex').toString('base64url');
    this.#bookmarks.set(token, bookmark);
    const [oldest] = this.#bookmarks.keys();
    if (this.#bookmarks.size > REMEMBERED_TOKENS && oldest !== undefined) this.#bookmarks.delete(oldest);
    return token;
  }
}
