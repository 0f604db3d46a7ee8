import type { BatchProvider, Page, RunRowFilter } from '../contract/batch-provider.ts';
import type { RunRow, RunState, RunStatus } from '../contract/batch-run.ts';
import type { Clock } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { Cursor } from '../contract/session-provider.ts';
import { callContext } from '../session/call-context.ts';

/** A run as it is listed, with how it does where that was asked for. */
export interface BatchRun extends RunRow {
  readonly state?: RunState;
}

/** A run that did not succeed: its submission was refused (no `runId`), or it ended badly. */
export interface FailedRun {
  readonly id: string;
  readonly runId?: string;
  readonly reason: string;
  /** Where the run's own log is, where the service was asked and told. */
  readonly log?: string;
}

/** Whose runs to list. */
export interface ListingPlace {
  readonly provider: BatchProvider;
  readonly clock: Clock;
  readonly handle: SessionHandle;
  readonly signal?: AbortSignal | undefined;
}

/** How many failed runs are asked for their reasons, a call each: the first ones nearly always explain the others. */
const MOST_REASONS = 100;

/** The rows of a batch, as few calls as there are pages. */
export function listRows(place: ListingPlace, filter: RunRowFilter): AsyncGenerator<RunRow, void, undefined> {
  const { provider, clock, handle, signal } = place;
  return pages((cursor) => provider.runsPage(handle, filter, cursor, callContext(clock, { signal })), place);
}

/** The rows with the state of each run: the service tells the two in different lists, so this costs twice the calls. */
export async function* listRunsWithStates(place: ListingPlace): AsyncGenerator<BatchRun, void, undefined> {
  const states = await readStates(place, undefined);
  for await (const row of listRows(place, { by: 'nothing' })) {
    const state = row.runId === undefined ? undefined : states.get(row.runId);
    yield state === undefined ? row : { ...row, state };
  }
}

/**
 * The runs that did not succeed, each once: submissions that were refused, then runs that failed. The service names failed runs
 * by its own ids only: a few are looked up one by one, many by reading all rows, whichever takes fewer calls. Why a run failed is
 * asked when its turn comes, for the first hundred, and only by who wants to read it.
 */
export async function* listFailures(
  place: ListingPlace,
  { totalRuns, withReasons }: { readonly totalRuns: number | undefined; readonly withReasons: boolean },
): AsyncGenerator<FailedRun, void, undefined> {
  const seen = new Set<string>();
  for await (const { id, reason } of listRows(place, { by: 'submission', submission: 'refused' })) {
    if (seen.has(id)) continue;
    seen.add(id);
    yield { id, reason: reason ?? 'its submission was refused, without a reason' };
  }
  const failed = await readStates(place, 'failed');
  if (failed.size === 0) return;
  let asked = withReasons ? 0 : MOST_REASONS;
  for await (const { id, runId } of rowsOf(place, failed, totalRuns)) {
    if (runId === undefined || !failed.has(runId) || seen.has(id)) continue;
    seen.add(id);
    const told = asked < MOST_REASONS ? await describeRun(place, runId) : undefined;
    asked += 1;
    yield { id, runId, reason: whyFailed(runId, told), ...(told?.log !== undefined && { log: told.log }) };
  }
}

/** A reason is an extra: whoever may not read it, or comes after the run was deleted, still learns which runs failed. */
async function describeRun(place: ListingPlace, runId: string): Promise<RunStatus | undefined> {
  const { provider, clock, handle, signal } = place;
  try {
    return await provider.describeRun?.(handle, runId, callContext(clock, { signal }));
  } catch (error) {
    if (SessionError.is(error, 'forbidden') || SessionError.is(error, 'not-found')) return undefined;
    throw error;
  }
}

function whyFailed(runId: string, told: RunStatus | undefined): string {
  return told?.reason ?? `run ${runId} ended as FAILED: its own log says why`;
}

async function* rowsOf(
  place: ListingPlace,
  runIds: ReadonlyMap<string, RunState>,
  totalRuns = Number.POSITIVE_INFINITY,
): AsyncGenerator<RunRow, void, undefined> {
  if (runIds.size > totalRuns / place.provider.capabilities.listPageSize) {
    yield* listRows(place, { by: 'nothing' });
    return;
  }
  for (const runId of runIds.keys()) yield* listRows(place, { by: 'runId', runId });
}

async function readStates(place: ListingPlace, wanted: RunState | undefined): Promise<Map<string, RunState>> {
  const { provider, clock, handle, signal } = place;
  const states = new Map<string, RunState>();
  const page = (cursor: Cursor | undefined) =>
    provider.runStatesPage(handle, wanted, cursor, callContext(clock, { signal }));
  for await (const { runId, state } of pages(page, place)) if (state !== undefined) states.set(runId, state);
  return states;
}

/** Page after page. @throws SessionError `unexpected` when the service gives the same page for ever. */
export async function* pages<Entry>(
  read: (cursor: Cursor | undefined) => Promise<Page<Entry>>,
  { provider }: { readonly provider: { readonly id: string } },
): AsyncGenerator<Entry, void, undefined> {
  const seenCursors = new Set<Cursor>();
  for (let cursor: Cursor | undefined; ;) {
    const { entries, next } = await read(cursor);
    yield* entries;
    if (next === undefined) return;
    if (seenCursors.has(next)) {
      const message = `'${provider.id}' lists the same page again and again; report it with the provider's version`;
      throw new SessionError('unexpected', message, { operation: 'listPage', provider: provider.id });
    }
    seenCursors.add(next);
    cursor = next;
  }
}
