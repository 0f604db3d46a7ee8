import type { CallContext } from '../contract/call-context.ts';
import type { Capabilities } from '../contract/capabilities.ts';
import type { Clock } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { Cursor, ListFilter } from '../contract/session-provider.ts';

/** What one page of a list shows. */
export interface ListedPage<Seen> {
  readonly observations: readonly Seen[];
  readonly next?: Cursor;
}

/** A provider whose list shows what is polled. */
export interface ListedProvider<Seen> {
  readonly id: string;
  readonly capabilities: Pick<Capabilities, 'listFilters'>;
  listPage(filter: ListFilter, cursor: Cursor | undefined, call: CallContext): Promise<ListedPage<Seen>>;
}

/** One session as the choice of a list sees it. */
export interface Listable {
  /** Lists do not show its state. */
  readonly isDescribed: boolean;
  readonly seen: { readonly state: string | undefined } | undefined;
}

/** One of the lists that can be read. */
export interface LiveFilter {
  readonly filter: ListFilter;
  /** What leaves the list and must be described, per session and tick, estimated. */
  readonly leaves: number;
}

/**
 * From narrow to wide. Sessions leave the first list when they become ready, and each of them then takes its own call; it is for
 * scopes where many sessions run and few start.
 */
const FILTERS: readonly LiveFilter[] = [
  { filter: { states: ['creating'] }, leaves: 1 / 4 },
  { filter: { states: ['creating', 'ready', 'busy'] }, leaves: 0 },
  { filter: {}, leaves: 0 },
];

/** How long the size of a list is remembered, milliseconds. */
const MEMORY_MS = 60_000;
/** How long no list is read after it failed for good, or twice, milliseconds. */
const DISTRUST_MS = 60_000;

/** The lists of a scope: what they cost, in pages, and whether they work. */
export class LiveLists<Seen> {
  readonly #provider: ListedProvider<Seen>;
  readonly #clock: Clock;
  readonly #filters: readonly LiveFilter[];
  readonly #pages = new Map<LiveFilter, { readonly count: number; readonly atMs: number }>();
  #failures = 0;
  #distrustedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(provider: ListedProvider<Seen>, clock: Clock) {
    this.#provider = provider;
    this.#clock = clock;
    const { listFilters } = provider.capabilities;
    this.#filters = listFilters.includes('states')
      ? FILTERS
      : FILTERS.filter(({ filter }) => filter.states === undefined);
  }

  /** The list that shows these sessions with the fewest calls, or `undefined` when one call per session costs less. */
  choose(due: readonly Listable[]): LiveFilter | undefined {
    let best: LiveFilter | undefined;
    if (this.#clock.monotonicMs() < this.#distrustedUntilMs) return best;
    let leastCalls = due.length;
    for (const list of this.#filters) {
      const covered = due.filter((session) => shows(list, session)).length;
      const calls = this.#pagesOf(list) + covered * list.leaves + (due.length - covered);
      if (calls >= leastCalls) continue;
      best = list;
      leastCalls = calls;
    }
    return best;
  }

  /**
   * Reads a list page by page until `onPage` has seen enough, and returns whether it was complete or enough.
   * @param limits.maxPages - from here on describing the rest takes fewer calls.
   */
  async read(
    list: LiveFilter,
    { maxPages, call }: { readonly maxPages: number; readonly call: CallContext },
    onPage: (observations: readonly Seen[], begunMs: number) => boolean,
  ): Promise<boolean> {
    const cursors = new Set<Cursor>();
    for (let cursor: Cursor | undefined, count = 1; ; count++) {
      const begunMs = this.#clock.monotonicMs();
      const page = await this.#provider.listPage(list.filter, cursor, call);
      const isEnough = onPage(page.observations, begunMs);
      const isWhole = isEnough || page.next === undefined;
      if (isWhole || count >= maxPages) {
        this.#failures = 0;
        this.#pages.set(list, { count: isWhole ? count : count + 1, atMs: this.#clock.monotonicMs() });
        return isWhole;
      }
      cursor = page.next;
      if (cursors.has(cursor)) throw repeatedToken(this.#provider.id);
      cursors.add(cursor);
    }
  }

  /** A list failed. Returns whether lists are not read for a while: sessions are then described one by one. */
  failed(error: unknown): boolean {
    this.#failures += 1;
    const isTemporary = SessionError.is(error) && error.retry !== 'permanent';
    if (isTemporary && this.#failures < 2) return false;
    this.#failures = 0;
    this.#distrustedUntilMs = this.#clock.monotonicMs() + DISTRUST_MS;
    return true;
  }

  #pagesOf(list: LiveFilter): number {
    const pages = this.#pages.get(list);
    return pages === undefined || this.#clock.monotonicMs() >= pages.atMs + MEMORY_MS ? 1 : pages.count;
  }
}

/** Whether a list is expected to show a session. */
export function shows({ filter }: LiveFilter, { isDescribed, seen }: Listable): boolean {
  if (isDescribed) return false;
  const { states } = filter;
  return states === undefined || seen?.state === undefined || (states as readonly string[]).includes(seen.state);
}

function repeatedToken(provider: string): SessionError {
  const message = `${provider} returned the same page token twice; please report this with the provider's version`;
  return new SessionError('unexpected', message, { operation: 'listPage', provider });
}
