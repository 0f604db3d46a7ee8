import type { BatchProvider, RunRowFilter } from '../contract/batch-provider.ts';
import type { RunRow, RunState, RunStatus } from '../contract/batch-run.ts';
import type { Clock } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { Cursor } from '../contract/session-provider.ts';
import { callContext } from '../session/call-context.ts';
import { pages } from '../session/listing.ts';

/** A listed run, with its state if it was requested. */
export interface BatchRun extends RunRow {
  readonly state?: RunState;
}

/** A run that did not succeed: its submission was refused (no `runId`) or it failed. */
export interface FailedRun {
  readonly id: string;
  readonly runId?: string;
  readonly reason: string;
  /** Where the run's log is, if the service reported it. */
  readonly log?: string;
}

/** The batch whose runs are listed. */
export interface ListingPlace {
  readonly provider: BatchProvider;
  readonly clock: Clock;
  readonly handle: SessionHandle;
  readonly signal?: AbortSignal | undefined;
}

/** How many failed runs are described for their reason, one call each: the first ones nearly always explain the others. */
const MOST_REASONS = 100;

/** The rows of a batch, with one call per page. */
export function listRows(place: ListingPlace, filter: RunRowFilter): AsyncGenerator<RunRow, void, undefined> {
  const { provider, clock, handle, signal } = place;
  return pages((cursor) => provider.runsPage(handle, filter, cursor, callContext(clock, { signal })), provider);
}

/** The rows with the state of each run. The service has them in two lists, so this takes twice the calls. */
export async function* listRunsWithStates(place: ListingPlace): AsyncGenerator<BatchRun, void, undefined> {
  const states = await readStates(place, undefined);
  for await (const row of listRows(place, { by: 'nothing' })) {
    const state = row.runId === undefined ? undefined : states.get(row.runId);
    yield state === undefined ? row : { ...row, state };
  }
}

/**
 * The runs that did not succeed, each once: refused submissions, then failed runs. The service lists failed runs by its own ids
 * only: few are looked up one by one, many by reading all rows, whichever takes fewer calls. With `withReasons`, each of the
 * first hundred failed runs is described when it is reached.
 */
export async function* listFailures(
  place: ListingPlace,
  { totalRuns, withReasons }: { readonly totalRuns: number | undefined; readonly withReasons: boolean },
): AsyncGenerator<FailedRun, void, undefined> {
  const seen = new Set<string>();
  for await (const { id, reason } of listRows(place, { by: 'submission', submission: 'refused' })) {
    if (seen.has(id)) continue;
    seen.add(id);
    yield { id, reason: reason ?? 'the submission was refused without a reason' };
  }
  const failed = await readStates(place, 'failed');
  if (failed.size === 0) return;
  let asked = withReasons ? 0 : MOST_REASONS;
  for await (const { id, runId } of rowsOf(place, failed, totalRuns)) {
    if (runId === undefined || !failed.has(runId) || seen.has(id)) continue;
    seen.add(id);
    const described = asked < MOST_REASONS ? await describeRun(place, runId) : undefined;
    asked += 1;
    yield {
      id,
      runId,
      reason: failureReason(runId, described),
      ...(described?.log !== undefined && { log: described.log }),
    };
  }
}

/** A missing permission or a deleted run leaves out the reason, not the run. */
async function describeRun(place: ListingPlace, runId: string): Promise<RunStatus | undefined> {
  const { provider, clock, handle, signal } = place;
  try {
    return await provider.describeRun?.(handle, runId, callContext(clock, { signal }));
  } catch (error) {
    if (SessionError.is(error, 'forbidden') || SessionError.is(error, 'not-found')) return undefined;
    throw error;
  }
}

function failureReason(runId: string, described: RunStatus | undefined): string {
  return described?.reason ?? `run ${runId} is FAILED; its log has the reason`;
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
  for await (const { runId, state } of pages(page, provider)) if (state !== undefined) states.set(runId, state);
  return states;
}
