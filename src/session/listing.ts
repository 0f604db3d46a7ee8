import { LIST_FILTER_FIELDS } from '../contract/capabilities.ts';
import type { Observation } from '../contract/observation.ts';
import type { Clock } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { Cursor, ListFilter, SessionProvider } from '../contract/session-provider.ts';
import { SESSION_STATES, type SessionState } from '../contract/session-state.ts';
import { callContext } from './call-context.ts';
import { assertOptions, oneOf, signal, text, texts, time, type Checks } from './option-checks.ts';

/** Which sessions to list. Filters that the service lacks are applied here. */
export interface ListOptions {
  /** Only sessions in one of these states. */
  readonly states?: ListFilter['states'] | undefined;
  /** Only sessions created at or after this time, epoch milliseconds. */
  readonly createdAfterMs?: ListFilter['createdAfterMs'] | undefined;
  /** Only sessions with all of these labels. */
  readonly labels?: ListFilter['labels'] | undefined;
  /** Only sessions that this owner started with anysession. */
  readonly owner?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const CHECKS: Checks<ListOptions> = {
  states: { type: 'array', items: oneOf(...SESSION_STATES) },
  createdAfterMs: time,
  labels: texts,
  owner: text(63),
  signal,
};

/**
 * Checks the options at run time: a misspelled filter would list the sessions of all owners.
 * @throws SessionError `invalid-request` with one line per problem.
 */
export function assertListOptions(options: ListOptions): void {
  assertOptions('list', options, CHECKS);
}

/**
 * Lists the sessions of a provider's scope page by page, each session once.
 * @throws SessionError `unexpected` when the service returns the same page token again.
 */
export async function* listObservations(
  provider: SessionProvider,
  clock: Clock,
  options: ListOptions,
): AsyncGenerator<Observation, void, undefined> {
  const filter = servableFilter(provider, options);
  const seenIds = new Set<string>();
  const read = async (cursor: Cursor | undefined) => {
    const page = await provider.listPage(filter, cursor, callContext(clock, { signal: options.signal }));
    return { entries: page.observations, next: page.next };
  };
  for await (const seen of pages(read, provider)) {
    if (seenIds.has(seen.handle.id) || !fits(seen, options, filter)) continue;
    seenIds.add(seen.handle.id);
    yield seen;
  }
}

/** All entries, page by page. @throws SessionError `unexpected` when the service returns the same page token again. */
export async function* pages<Entry>(
  read: (
    cursor: Cursor | undefined,
  ) => Promise<{ readonly entries: readonly Entry[]; readonly next?: Cursor | undefined }>,
  provider: { readonly id: string },
): AsyncGenerator<Entry, void, undefined> {
  const seenCursors = new Set<Cursor>();
  for (let cursor: Cursor | undefined; ;) {
    const { entries, next } = await read(cursor);
    yield* entries;
    if (next === undefined) return;
    if (seenCursors.has(next)) {
      const message = `${provider.id} returned the same page token twice; please report this with the provider's version`;
      throw new SessionError('unexpected', message, { operation: 'listPage', provider: provider.id });
    }
    seenCursors.add(next);
    cursor = next;
  }
}

function servableFilter(provider: SessionProvider, options: ListOptions): ListFilter {
  const servable = LIST_FILTER_FIELDS.filter(
    (field) => options[field] !== undefined && provider.capabilities.listFilters.includes(field),
  );
  return Object.fromEntries(servable.map((field) => [field, options[field]]));
}

/** @param served - the filter that the service has applied. It may filter by labels that its answers do not have. */
function fits(
  { state, details }: Observation,
  { states, createdAfterMs, labels, owner }: ListOptions,
  served: ListFilter,
): boolean {
  // An unknown state or time matches no filter.
  if (states?.includes(state as SessionState) === false) return false;
  const { createdAtMs = Number.NEGATIVE_INFINITY } = details;
  if (createdAfterMs !== undefined && createdAtMs < createdAfterMs) return false;
  if (owner !== undefined && details.ownership?.owner !== owner) return false;
  if (details.labels === undefined && served.labels !== undefined) return true;
  return Object.entries(labels ?? {}).every(([name, value]) => details.labels?.[name] === value);
}
