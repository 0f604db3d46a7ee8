import type { SeededRandom } from './seeded-random.ts';
import type { Call } from './service.ts';

/** How a service pages its lists. */
export interface PageRules {
  /** The request members with the page size and the page token. */
  readonly sizeMember: string;
  readonly tokenMember: string;
  readonly defaultSize: number;
  /** The error for a token that was not issued for the listing. */
  readonly invalidToken: () => Error;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly nextToken: string | undefined;
}

interface Bookmark {
  readonly listing: string;
  readonly rest: unknown;
}

/** How many page tokens are remembered; the oldest is forgotten first. */
const REMEMBERED_TOKENS = 10_000;

/** The lists of a service, with opaque page tokens. A token is valid for the same operation and the same request only. */
export class PageBook {
  readonly #random: SeededRandom;
  readonly #rules: PageRules;
  readonly #bookmarks = new Map<string, Bookmark>();

  constructor(random: SeededRandom, rules: PageRules) {
    this.#random = random;
    this.#rules = rules;
  }

  /**
   * Turns a page of rows by id, in order. The first page fixes the ids of the listing, so that following the tokens gives
   * each of them once, whatever happens meanwhile; the row of an id is read when its page is.
   */
  list<Row>(call: Call, request: object, rows: readonly (readonly [id: string, row: Row])[]): Page<Row> {
    const { listing, size, rest } = this.#open(call, request);
    // Safe: a listing is always turned by the same method.
    const ids = (rest as readonly string[] | undefined) ?? rows.map(([id]) => id);
    const byId = new Map(rows);
    const later = ids.slice(size);
    return {
      rows: ids.slice(0, size).flatMap((id) => byId.get(id) ?? []),
      nextToken: later.length === 0 || call.emptyPage === 'last' ? undefined : this.#mark({ listing, rest: later }),
    };
  }

  /**
   * Turns a page of `count` rows that keep their positions, such as the runs of a batch: a token remembers a position and
   * nothing else, so the cost of a page does not grow with the listing. `row` gives undefined for what the filter leaves out.
   */
  scan<Row>(call: Call, request: object, count: number, row: (position: number) => Row | undefined): Page<Row> {
    const { listing, size, rest } = this.#open(call, request);
    const rows: Row[] = [];
    let position = (rest as number | undefined) ?? 0;
    for (; position < count && rows.length < size; position++) {
      const found = row(position);
      if (found !== undefined) rows.push(found);
    }
    const isLast = position >= count || call.emptyPage === 'last';
    return { rows, nextToken: isLast ? undefined : this.#mark({ listing, rest: position }) };
  }

  /** The listing that a request names, the size of the page, and what remains of the listing; undefined on the first page. */
  #open({ operation, emptyPage }: Call, request: object): Bookmark & { readonly size: number } {
    const { sizeMember, tokenMember, defaultSize, invalidToken } = this.#rules;
    const { [sizeMember]: size = defaultSize, [tokenMember]: token, ...filters } = request as Record<string, unknown>;
    const listing = `${operation} ${JSON.stringify(filters)}`;
    const bookmark = typeof token === 'string' ? this.#bookmarks.get(token) : { listing, rest: undefined };
    if (bookmark?.listing !== listing) throw invalidToken();
    return { ...bookmark, size: emptyPage === undefined ? Number(size) : 0 };
  }

  #mark(bookmark: Bookmark): string {
    const token = Buffer.from(this.#random.hex(64), 'hex').toString('base64url');
    this.#bookmarks.set(token, bookmark);
    const [oldest] = this.#bookmarks.keys();
    if (this.#bookmarks.size > REMEMBERED_TOKENS && oldest !== undefined) this.#bookmarks.delete(oldest);
    return token;
  }
}
