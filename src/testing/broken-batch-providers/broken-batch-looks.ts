import { SessionError } from '../../contract/session-error.ts';
import { alterBatches, alterLooks, brokenBatchProvider, type BrokenBatchProvider } from './broken-batch-provider.ts';

/** Wrong in what a batch shows of itself. */
export const BROKEN_BATCH_LOOKS: readonly BrokenBatchProvider[] = [
  brokenBatchProvider({
    name: 'goes-back',
    fault: 'shows a batch as being created after it has run',
    breaks: ['B-010'],
    wrap: (sound) => {
      let looks = 0;
      return alterLooks(sound, (seen) =>
        !seen.final && ++looks % 2 === 0 ? { ...seen, state: 'creating', nativeState: 'CREATING' } : seen,
      );
    },
  }),
  brokenBatchProvider({
    name: 'over-too-soon',
    fault: 'calls a batch final when its last run was submitted',
    breaks: ['B-010'],
    wrap: (sound) =>
      alterLooks(sound, (seen) => ({
        ...seen,
        final: seen.final || (seen.state === 'running' && seen.counts?.pending === 0),
      })),
  }),
  brokenBatchProvider({
    name: 'guesses-the-state',
    fault: 'takes a word that it does not know for running',
    breaks: ['B-011'],
    wrap: (sound) => alterLooks(sound, (seen) => ({ ...seen, state: seen.state ?? 'running' })),
  }),
  brokenBatchProvider({
    name: 'processed-is-success',
    fault: 'says that a batch has succeeded when all its runs have ended',
    breaks: ['B-012'],
    wrap: (sound) =>
      alterLooks(sound, (seen) => (seen.outcome === undefined ? seen : { ...seen, outcome: 'succeeded' })),
  }),
  brokenBatchProvider({
    name: 'early-outcome',
    fault: 'tells an outcome while runs are still under way',
    breaks: ['B-012'],
    wrap: (sound) => alterLooks(sound, (seen) => ({ ...seen, outcome: seen.outcome ?? 'partial' })),
  }),
  brokenBatchProvider({
    name: 'counts-twice',
    fault: 'counts runs that were refused among those that are pending, too',
    breaks: ['B-013'],
    wrap: (sound) =>
      alterLooks(sound, (seen) => {
        if (seen.counts === undefined) return seen;
        const { counts } = seen;
        return { ...seen, counts: { ...counts, pending: counts.pending + counts.failed } };
      }),
  }),
  brokenBatchProvider({
    name: 'ignores-aborts',
    fault: 'asks the service although its caller has given up',
    breaks: ['B-014'],
    wrap: (sound) =>
      alterBatches(sound, {
        describe: async (handle, call) => {
          const seen = await sound.describe(handle, { ...call, signal: new AbortController().signal });
          if (call.signal.aborted) throw new SessionError('aborted', 'its caller gave up', { operation: 'describe' });
          return seen;
        },
      }),
  }),
];
