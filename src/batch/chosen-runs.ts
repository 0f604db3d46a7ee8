import type { BatchCounts } from '../contract/batch-observation.ts';
import type { RunSpec } from '../contract/batch-run.ts';
import { isFinalBatchState, type BatchState } from '../contract/batch-state.ts';
import { SessionError } from '../contract/session-error.ts';
import type { RunSource } from './read-runs.ts';

/** How many runs an error names. */
const MOST_NAMES = 10;

/**
 * The runs of these ids, in the order of the source.
 * @throws SessionError `invalid-request` when the source has not all of them: a run that is left out in silence is a run lost.
 */
export async function* chosenRuns(runs: RunSource, ids: ReadonlySet<string>): AsyncGenerator<RunSpec, void, undefined> {
  const missing = new Set(ids);
  for await (const run of runs) {
    missing.delete(run.id);
    if (ids.has(run.id)) yield run;
  }
  if (missing.size === 0) return;
  const names = [...missing].slice(0, MOST_NAMES).map((id) => `'${id}'`);
  const more = missing.size > MOST_NAMES ? ` and ${missing.size - MOST_NAMES} more` : '';
  const message = `it lacks ${names.join(', ')}${more}, which failed; give all runs of the first batch`;
  throw new SessionError('invalid-request', message, { operation: 'resubmitFailed' });
}

/** Why nobody can tell which runs of a batch failed, in words; `undefined` when the service can. */
export function whyUnknown(state: BatchState, counts: BatchCounts | undefined): string | undefined {
  if (!isFinalBatchState(state)) return `is still ${state}: wait for its end`;
  if (counts === undefined || counts.deleted === 0 || counts.deleted < counts.submitted) return undefined;
  return 'has lost the records of its runs, and with them which ones failed: start those that you miss as a new batch';
}

/** Why a batch that is over has no failed runs to choose, in words. */
export function noneFailed(state: BatchState): string {
  return state === 'failed'
    ? 'failed before it had any runs: start it again, with `restart: true` where it has a key'
    : 'has no failed runs: there is nothing to resubmit';
}
