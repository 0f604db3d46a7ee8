import { alterBatches, brokenBatchProvider, type BrokenBatchProvider } from './broken-batch-provider.ts';

/** Wrong in what is listed. */
export const BROKEN_BATCH_LISTS: readonly BrokenBatchProvider[] = [
  brokenBatchProvider({
    name: 'lists-all-states',
    fault: 'forgets the filter by state',
    breaks: ['B-032'],
    wrap: (sound) =>
      alterBatches(sound, {
        listPage: (filter, cursor, call) =>
          sound.listPage(filter.by === 'state' ? { by: 'nothing' } : filter, cursor, call),
      }),
  }),
  brokenBatchProvider({
    name: 'first-page-only',
    fault: 'does not give the place where the listing of rows goes on',
    breaks: ['B-032'],
    wrap: (sound) =>
      alterBatches(sound, {
        runsPage: async (...args) => ({ entries: (await sound.runsPage(...args)).entries }),
      }),
  }),
  brokenBatchProvider({
    name: 'all-rows',
    fault: 'forgets the filters of rows',
    breaks: ['B-032'],
    wrap: (sound) =>
      alterBatches(sound, {
        runsPage: (handle, _filter, cursor, call) => sound.runsPage(handle, { by: 'nothing' }, cursor, call),
      }),
  }),
  brokenBatchProvider({
    name: 'one-word-a-state',
    fault: 'asks for the first of several native words only, and finds nothing under the others',
    breaks: ['B-032'],
    wrap: (sound) =>
      alterBatches(sound, {
        runStatesPage: async (handle, state, cursor, call) => {
          const page = await sound.runStatesPage(handle, state, cursor, call);
          return state === 'failed' ? { ...page, entries: [] } : page;
        },
      }),
  }),
];
