import { randomUUID } from 'node:crypto';
import { SessionError } from '../../contract/session-error.ts';
import { alterBatches, brokenBatchProvider, type BrokenBatchProvider } from './broken-batch-provider.ts';

/** Wrong in how batches start and are found. */
export const BROKEN_BATCH_STARTS: readonly BrokenBatchProvider[] = [
  brokenBatchProvider({
    name: 'new-token-a-try',
    fault: 'sends another token with each try',
    breaks: ['B-020', 'B-024'],
    wrap: (sound) =>
      alterBatches(sound, { start: (request, call) => sound.start({ ...request, token: randomUUID() }, call) }),
  }),
  brokenBatchProvider({
    name: 'one-token-for-all',
    fault: 'sends the same token with every start',
    breaks: ['B-020', 'B-024', 'B-032'],
    wrap: (sound) => alterBatches(sound, { start: (request, call) => sound.start({ ...request, token: 'it' }, call) }),
  }),
  brokenBatchProvider({
    name: 'swears-that-nothing-happened',
    fault: 'says of a start whose answer was lost that it had no effect',
    breaks: ['B-020'],
    wrap: (sound) =>
      alterBatches(sound, {
        start: (request, call) =>
          sound.start(request, call).catch((error: unknown) => {
            throw SessionError.is(error) && error.effect === 'unknown' ? error.with({ effect: 'none' }) : error;
          }),
      }),
  }),
  brokenBatchProvider({
    name: 'stages-elsewhere',
    fault: 'stages the same list at another place each time',
    breaks: ['B-022'],
    wrap: (sound) =>
      alterBatches(sound, { stageRuns: (runs, _token, call) => sound.stageRuns(runs, randomUUID(), call) }),
  }),
  brokenBatchProvider({
    name: 'keeps-run-lists',
    fault: 'does not remove a staged list',
    breaks: ['B-022'],
    wrap: (sound) => alterBatches(sound, { unstageRuns: () => Promise.resolve() }),
  }),
  brokenBatchProvider({
    name: 'anonymous',
    fault: 'does not tell whose batch it is',
    breaks: ['B-024'],
    wrap: (sound) =>
      alterBatches(sound, {
        describe: async (handle, call) => {
          const { details, ...seen } = await sound.describe(handle, call);
          const { ownership: _hidden, ...others } = details;
          return { ...seen, details: others };
        },
      }),
  }),
];
