import { randomUUID } from 'node:crypto';
import type { BatchObservation } from '../../contract/batch-observation.ts';
import type { BatchProvider } from '../../contract/batch-provider.ts';
import { SessionError } from '../../contract/session-error.ts';
import { answering, asking, broken, failing, type BrokenBatchProvider } from './broken-provider.ts';

/** Defines a provider that describes batches wrongly. */
function misdescribed(
  name: string,
  breaks: readonly string[],
  fault: string,
  change: (seen: BatchObservation) => BatchObservation,
): BrokenBatchProvider {
  return broken<BatchProvider>(name, breaks, fault, (sound) => answering(sound, 'describe', change));
}

const brokenBatches = broken<BatchProvider>;

/** Wrong in what a batch reports. */
const BROKEN_LIVES: readonly BrokenBatchProvider[] = [
  brokenBatches('goes-back', ['B-010'], 'reports a running batch as creating again', (sound) => {
    let count = 0;
    return answering(sound, 'describe', (seen) =>
      !seen.final && ++count % 2 === 0 ? { ...seen, state: 'creating', nativeState: 'CREATING' } : seen,
    );
  }),
  misdescribed('over-too-soon', ['B-010'], 'reports a batch as final once its last run is submitted', (seen) => ({
    ...seen,
    final: seen.final || (seen.state === 'running' && seen.counts?.pending === 0),
  })),
  misdescribed('guesses-the-state', ['B-011'], 'reports an unknown state as running', (seen) => ({
    ...seen,
    state: seen.state ?? 'running',
  })),
  misdescribed('processed-is-success', ['B-012'], 'reports success when all runs have ended', (seen) =>
    seen.outcome === undefined ? seen : { ...seen, outcome: 'succeeded' },
  ),
  misdescribed('early-outcome', ['B-012'], 'reports an outcome while runs are under way', (seen) => ({
    ...seen,
    outcome: seen.outcome ?? 'partial',
  })),
  misdescribed('counts-twice', ['B-013'], 'counts refused runs as pending too', ({ counts, ...seen }) =>
    counts === undefined ? seen : { ...seen, counts: { ...counts, pending: counts.pending + counts.failed } },
  ),
  brokenBatches('ignores-aborts', ['B-014'], 'sends a request although the call is aborted', (sound) => ({
    describe: async (handle, call) => {
      const seen = await sound.describe(handle, { ...call, signal: new AbortController().signal });
      if (call.signal.aborted) throw new SessionError('aborted', 'its caller gave up', { operation: 'describe' });
      return seen;
    },
  })),
];

/** Wrong in how batches start and are found. */
const BROKEN_STARTS: readonly BrokenBatchProvider[] = [
  brokenBatches('new-token-per-attempt', ['B-020', 'B-024'], 'sends another token with each attempt', (sound) =>
    asking(sound, 'start', (request, call) => [{ ...request, token: randomUUID() }, call]),
  ),
  brokenBatches('one-token-for-all', ['B-020', 'B-024', 'B-032'], 'sends one token with every start', (sound) =>
    asking(sound, 'start', (request, call) => [{ ...request, token: 'it' }, call]),
  ),
  brokenBatches('denies-lost-batches', ['B-020'], 'reports no effect for a start whose answer was lost', (sound) =>
    failing(sound, 'start', undefined, (error) => error.with({ effect: 'none' })),
  ),
  brokenBatches('stages-elsewhere', ['B-022'], 'stages the same list at another place each time', (sound) =>
    asking(sound, 'stageRuns', (runs, _token, call) => [runs, randomUUID(), call]),
  ),
  brokenBatches('keeps-run-lists', ['B-022'], 'does not remove a staged list', () => ({
    unstageRuns: () => Promise.resolve(),
  })),
  misdescribed('anonymous', ['B-024'], 'does not report the owner of a batch', (seen) => {
    const { ownership: _hidden, ...details } = seen.details;
    return { ...seen, details };
  }),
];

/** Wrong in how batches and records end. */
const BROKEN_ENDS: readonly BrokenBatchProvider[] = [
  brokenBatches(
    'refuses-the-second-cancel',
    ['B-030'],
    'fails to cancel a batch that is stopping or over',
    (sound) => ({
      cancel: async (handle, call) => {
        const { state, final } = await sound.describe(handle, call);
        if (state !== 'stopping' && !final) return sound.cancel(handle, call);
        throw new SessionError('conflict', 'the batch is stopping', { operation: 'cancel', handle });
      },
    }),
  ),
  brokenBatches('fails-on-deleted-records', ['B-030'], 'fails to delete a record that is gone', (sound) => ({
    deleteRecord: async (handle, call) => {
      await sound.describe(handle, call);
      await sound.deleteRecord(handle, call);
    },
  })),
  brokenBatches('cancel-deletes', ['B-030'], 'deletes the record of a batch that is cancelled after its end', (sound) =>
    answering(sound, 'cancel', async (seen, handle, call) => {
      if (seen.final) await sound.deleteRecord(handle, call);
      return { ...seen, state: seen.final ? undefined : seen.state };
    }),
  ),
  brokenBatches('cancels-nothing', ['B-030', 'B-031'], 'answers cancel without a request to the service', (sound) => ({
    cancel: async (handle, call) => ({ ...(await sound.describe(handle, call)), state: 'stopping', final: false }),
  })),
  brokenBatches('deletes-everything', ['B-030', 'B-031'], 'deletes runs and record with either verb', (sound) => ({
    deleteRuns: async (handle, call) => {
      const seen = await sound.deleteRuns(handle, call);
      await sound.deleteRecord(handle, call);
      return seen;
    },
    deleteRecord: async (handle, call) => {
      await sound.deleteRuns(handle, call);
      await sound.deleteRecord(handle, call);
    },
  })),
  brokenBatches('keeps-everything', ['B-031'], 'answers deletions without a request to the service', (sound) => ({
    deleteRuns: (handle, call) => sound.describe(handle, call),
    deleteRecord: async (handle, { signal }) => {
      if (signal.aborted)
        throw new SessionError('aborted', 'its caller gave up', { operation: 'deleteRecord', handle });
    },
  })),
];

/** Wrong in what is listed. */
const BROKEN_LISTS: readonly BrokenBatchProvider[] = [
  brokenBatches('lists-all-states', ['B-032'], 'ignores the filter by state', (sound) =>
    asking(sound, 'listPage', (filter, cursor, call) => [
      filter.by === 'state' ? { by: 'nothing' } : filter,
      cursor,
      call,
    ]),
  ),
  brokenBatches('first-page-only', ['B-032'], 'does not return the cursor of the next page of rows', (sound) =>
    answering(sound, 'runsPage', ({ entries }) => ({ entries })),
  ),
  brokenBatches('all-rows', ['B-032'], 'ignores the filters of rows', (sound) =>
    asking(sound, 'runsPage', (handle, _filter, cursor, call) => [handle, { by: 'nothing' }, cursor, call]),
  ),
  brokenBatches('first-native-state-only', ['B-032'], 'asks for only the first of several native states', (sound) =>
    answering(sound, 'runStatesPage', (page, _handle, state) => (state === 'failed' ? { ...page, entries: [] } : page)),
  ),
];

/** Providers of run batches with one fault each. They test the kit and show which faults occur in practice. */
export const BROKEN_BATCH_PROVIDERS: readonly BrokenBatchProvider[] = [
  ...BROKEN_LIVES,
  ...BROKEN_STARTS,
  ...BROKEN_ENDS,
  ...BROKEN_LISTS,
];
