import type { BatchObservation } from '../../contract/batch-observation.ts';
import type { BatchProvider } from '../../contract/batch-provider.ts';

/** A provider of run batches with one fault, as a wrapping around one that has none: the kit must find exactly that fault. */
export interface BrokenBatchProvider {
  readonly name: string;
  /** What it does wrong, as one would say it in a review. */
  readonly fault: string;
  /** The rules of the contract that it breaks; all others it keeps. */
  readonly breaks: readonly string[];
  readonly wrap: (sound: BatchProvider) => BatchProvider;
}

/** Freezes a broken provider: what is wrong with it is wrong for everybody. */
export function brokenBatchProvider(broken: BrokenBatchProvider): BrokenBatchProvider {
  return Object.freeze(broken);
}

/** The same provider, except for some members. */
export function alterBatches(sound: BatchProvider, changes: Partial<BatchProvider>): BatchProvider {
  const describeRun = sound.describeRun?.bind(sound);
  return {
    id: sound.id,
    scope: sound.scope,
    capabilities: sound.capabilities,
    toRunListEntry: (run) => sound.toRunListEntry(run),
    problemOf: (run, defaults) => sound.problemOf(run, defaults),
    problemsOfDefaults: (defaults) => sound.problemsOfDefaults(defaults),
    stageRuns: (runs, token, call) => sound.stageRuns(runs, token, call),
    readStagedRuns: (uri, call) => sound.readStagedRuns(uri, call),
    unstageRuns: (uri, call) => sound.unstageRuns(uri, call),
    start: (request, call) => sound.start(request, call),
    describe: (handle, call) => sound.describe(handle, call),
    listPage: (filter, cursor, call) => sound.listPage(filter, cursor, call),
    runsPage: (handle, filter, cursor, call) => sound.runsPage(handle, filter, cursor, call),
    runStatesPage: (handle, state, cursor, call) => sound.runStatesPage(handle, state, cursor, call),
    cancel: (handle, call) => sound.cancel(handle, call),
    deleteRuns: (handle, call) => sound.deleteRuns(handle, call),
    deleteRecord: (handle, call) => sound.deleteRecord(handle, call),
    close: () => sound.close(),
    ...(describeRun && { describeRun }),
    ...changes,
  };
}

/** The same provider, except for what a look at a batch shows. */
export function alterLooks(sound: BatchProvider, change: (seen: BatchObservation) => BatchObservation): BatchProvider {
  return alterBatches(sound, { describe: async (handle, call) => change(await sound.describe(handle, call)) });
}
