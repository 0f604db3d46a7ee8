import type { BatchProvider } from '../contract/batch-provider.ts';
import type { CallContext } from '../contract/call-context.ts';
import { composeLayers, type AnyInvocation, type AnyLayer, type Next } from '../session/layers/layer.ts';

/** Puts the layers of sessions around each verb that calls the service. */
export function layeredBatchProvider(adapter: BatchProvider, layers: readonly AnyLayer[]): BatchProvider {
  const around = composeLayers<AnyInvocation>(layers);
  const invoke = <Answer>(
    { operation, handle, input }: Omit<AnyInvocation, 'provider' | 'span'>,
    call: CallContext,
    run: Next<Answer>,
  ): Promise<Answer> => around({ operation, provider: adapter, handle, input, span: undefined }, call, run);

  const describeRun = adapter.describeRun?.bind(adapter);
  return {
    id: adapter.id,
    scope: adapter.scope,
    capabilities: adapter.capabilities,
    toRunListEntry: (run) => adapter.toRunListEntry(run),
    problemOf: (run, defaults) => adapter.problemOf(run, defaults),
    problemsOfDefaults: (defaults) => adapter.problemsOfDefaults(defaults),
    stageRuns: (runs, token, call) =>
      invoke({ operation: 'stageRuns' }, call, (c) => adapter.stageRuns(runs, token, c)),
    readStagedRuns: (uri, call) => adapter.readStagedRuns(uri, call),
    unstageRuns: (uri, call) => invoke({ operation: 'unstageRuns' }, call, (c) => adapter.unstageRuns(uri, c)),
    start: (request, call) =>
      invoke({ operation: 'startBatch', input: request }, call, (c) => adapter.start(request, c)),
    describe: (handle, call) => invoke({ operation: 'describe', handle }, call, (c) => adapter.describe(handle, c)),
    listPage: (filter, cursor, call) =>
      invoke({ operation: 'listPage', input: filter }, call, (c) => adapter.listPage(filter, cursor, c)),
    runsPage: (handle, filter, cursor, call) =>
      invoke({ operation: 'runsPage', handle }, call, (c) => adapter.runsPage(handle, filter, cursor, c)),
    runStatesPage: (handle, state, cursor, call) =>
      invoke({ operation: 'runStatesPage', handle }, call, (c) => adapter.runStatesPage(handle, state, cursor, c)),
    ...(describeRun !== undefined && {
      describeRun: (handle, runId, call) =>
        invoke({ operation: 'describeRun', handle }, call, (c) => describeRun(handle, runId, c)),
    }),
    cancel: (handle, call) => invoke({ operation: 'cancel', handle }, call, (c) => adapter.cancel(handle, c)),
    deleteRuns: (handle, call) =>
      invoke({ operation: 'deleteRuns', handle }, call, (c) => adapter.deleteRuns(handle, c)),
    deleteRecord: (handle, call) =>
      invoke({ operation: 'deleteRecord', handle }, call, (c) => adapter.deleteRecord(handle, c)),
    close: () => adapter.close(),
  };
}
