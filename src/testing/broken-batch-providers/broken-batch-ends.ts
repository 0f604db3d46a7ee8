import { SessionError } from '../../contract/session-error.ts';
import { alterBatches, brokenBatchProvider, type BrokenBatchProvider } from './broken-batch-provider.ts';

/** Wrong in how batches and records end. */
export const BROKEN_BATCH_ENDS: readonly BrokenBatchProvider[] = [
  brokenBatchProvider({
    name: 'refuses-the-second-cancel',
    fault: 'fails when a batch is cancelled that stops already, or is over',
    breaks: ['B-030'],
    wrap: (sound) =>
      alterBatches(sound, {
        cancel: async (handle, call) => {
          const { state, final } = await sound.describe(handle, call);
          if (state !== 'stopping' && !final) return sound.cancel(handle, call);
          throw new SessionError('conflict', 'the batch is stopping', { operation: 'cancel', handle });
        },
      }),
  }),
  brokenBatchProvider({
    name: 'misses-what-is-gone',
    fault: 'fails when the record that it is to delete is gone',
    breaks: ['B-030'],
    wrap: (sound) =>
      alterBatches(sound, {
        deleteRecord: async (handle, call) => {
          await sound.describe(handle, call);
          await sound.deleteRecord(handle, call);
        },
      }),
  }),
  brokenBatchProvider({
    name: 'cancel-deletes',
    fault: 'deletes the record of a batch that is cancelled after its end',
    breaks: ['B-030'],
    wrap: (sound) =>
      alterBatches(sound, {
        cancel: async (handle, call) => {
          const seen = await sound.cancel(handle, call);
          if (seen.final) await sound.deleteRecord(handle, call);
          return { ...seen, state: seen.final ? undefined : seen.state };
        },
      }),
  }),
  brokenBatchProvider({
    name: 'cancels-nothing',
    fault: 'answers a cancel without telling the service',
    breaks: ['B-030', 'B-031'],
    wrap: (sound) =>
      alterBatches(sound, {
        cancel: async (handle, call) => ({ ...(await sound.describe(handle, call)), state: 'stopping', final: false }),
      }),
  }),
  brokenBatchProvider({
    name: 'deletes-everything',
    fault: 'deletes the runs when it is to delete the record, and the record when it is to delete the runs',
    breaks: ['B-030', 'B-031'],
    wrap: (sound) =>
      alterBatches(sound, {
        deleteRuns: async (handle, call) => {
          const seen = await sound.deleteRuns(handle, call);
          await sound.deleteRecord(handle, call);
          return seen;
        },
        deleteRecord: async (handle, call) => {
          await sound.deleteRuns(handle, call);
          await sound.deleteRecord(handle, call);
        },
      }),
  }),
  brokenBatchProvider({
    name: 'keeps-everything',
    fault: 'answers deletions without telling the service',
    breaks: ['B-031'],
    wrap: (sound) =>
      alterBatches(sound, {
        deleteRuns: (handle, call) => sound.describe(handle, call),
        deleteRecord: async (handle, { signal }) => {
          if (signal.aborted)
            throw new SessionError('aborted', 'its caller gave up', { operation: 'deleteRecord', handle });
        },
      }),
  }),
];
