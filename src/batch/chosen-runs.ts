import type { BatchCounts } from '../contract/batch-observation.ts';
import type { RunSpec } from '../contract/batch-run.ts';
import { isFinalBatchState, type BatchState } from '../contract/batch-state.ts';
import { SessionError } from '../contract/session-error.ts';
import type { RunSource } from './read-runs.ts';

/** How many runs an error names. */
const MOST_NAMES = 10;

/**
 * The runs with these ids, in the order of the source.
 * @throws SessionError `invalid-request` when the source lacks some of them.
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
  const message = `\`runs\` lacks the failed runs ${names.join(', ')}${more}; pass all runs of the first batch`;
  throw new SessionError('invalid-request', message, { operation: 'resubmitFailed' });
}

/** Why the failed runs of a batch are unknown; `undefined` when the service can list them. */
export function whyUnknown(state: BatchState, counts: BatchCounts | undefined): string | undefined {
  if (!isFinalBatchState(state)) return `is still ${state}: wait until it has finished`;
  if (counts === undefined || counts.deleted === 0 || counts.deleted < counts.submitted) return undefined;
  return 'no longer has the records of its runs, so its failed runs are unknown: start the runs that you need as a new batch';
}

/** Why a finished batch has no failed runs. */
export function noneFailed(state: BatchState): string {
  return state === 'failed'
    ? 'failed before it had any runs: start it again (with `restart: true` if it has a key)'
    : 'has no failed runs to resubmit';
}
