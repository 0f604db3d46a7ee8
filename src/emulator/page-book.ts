import type { SeededRandom } from './seeded-random.ts';
import type { Call } from './service.ts';

/** One call of a listing. */
interface PageRequest {
  /** What is listed, including every filter: a page token is valid for the same listing only. */
  readonly listing: string;
  readonly size: number;
  readonly token: string | undefined;
}

/** A page of a listing. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly nextToken: string | undefined;
}

interface Bookmark<Rest> {
  readonly listing: string;
  readonly rest: Rest;
}

/** How many page tokens are remembered; the oldest is forgotten first. */
const REMEMBERED_TOKENS = 10_000;

/** Opaque page tokens of a service. */
export class PageBook {
  readonly #random: SeededRandom;
  readonly #invalidToken: () => Error;
  readonly #bookmarks = new Map<string, Bookmark<unknown>>();

  /** `invalidToken` makes the error for a token that was not issued for the listing. */
  constructor(random: SeededRandom, invalidToken: () => Error) {
    this.#random = random;
    this.#invalidToken = invalidToken;
  }

  /**
   * Turns a page of rows by id, in order. The first page fixes the ids of the listing, so that following the tokens gives
   * each of them once, whatever happens meanwhile; the row of an id is read when its page is.
   */
  list<Row>(
    { emptyPage }: Call,
    { listing, size, token, rows }: PageRequest & { readonly rows: readonly (readonly [id: string, row: Row])[] },
  ): Page<Row> {
    const ids = this.#rest<readonly string[]>(listing, token) ?? rows.map(([id]) => id);
    const count = emptyPage ? 0 : size;
    const rest = ids.slice(count);
    const byId = new Map(rows);
    return {
      rows: ids.slice(0, count).flatMap((id) => byId.get(id) ?? []),
      nextToken: rest.length === 0 ? undefined : this.#mark({ listing, rest }),
    };
  }

  /**
   * Turns a page of rows that keep their positions, such as the runs of a batch: a token remembers a position and nothing
   * else, so the cost of a page does not grow with the listing. `row` gives undefined for what the filter leaves out.
   */
  scan<Row>(
    { emptyPage }: Call,
    {
      listing,
      size,
      token,
      count,
      row,
    }: PageRequest & { readonly count: number; readonly row: (position: number) => Row | undefined },
  ): Page<Row> {
    const rows: Row[] = [];
    let position = this.#rest<number>(listing, token) ?? 0;
    for (; position < count && rows.length < (emptyPage ? 0 : size); position++) {
      const found = row(position);
      if (found !== undefined) rows.push(found);
    }
    return { rows, nextToken: position < count ? this.#mark({ listing, rest: position }) : undefined };
  }

  /** What remains of a listing; undefined on the first page. */
  #rest<Rest>(listing: string, token: string | undefined): Rest | undefined {
    if (token === undefined) return undefined;
    const bookmark = this.#bookmarks.get(token);
    if (bookmark?.listing !== listing) throw this.#invalidToken();
    // Safe: a listing is always turned by the same method.
    return bookmark.rest as Rest;
  }

  #mark(bookmark: Bookmark<unknown>): string {
    const token = Buffer.from(this.#random.hex(64), 'hex').toString('base64url');
    this.#bookmarks.set(token, bookmark);
    const [oldest] = this.#bookmarks.keys();
    if (this.#bookmarks.size > REMEMBERED_TOKENS && oldest !== undefined) this.#bookmarks.delete(oldest);
    return token;
  }
}
